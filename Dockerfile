# The app and the workers of many machines, with exactly the locked packages. See docs/many-machines.md.
FROM python:3.12-slim

# A volume at .coach belongs to whom it belongs in the image.
RUN useradd --create-home coach && install --directory --owner=coach --group=coach /home/coach/.coach
WORKDIR /srv/coach
COPY requirements-server.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements-server.lock
COPY . .
RUN pip install --no-cache-dir --no-deps .

USER coach
ENTRYPOINT ["coach"]
CMD ["app"]
