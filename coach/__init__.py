"""Meeting Coach: one page for a B2B sales meeting, from the rep's notes, every fact traced to its line."""
