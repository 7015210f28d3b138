"""The browser app: what a rep keeps open all day."""
