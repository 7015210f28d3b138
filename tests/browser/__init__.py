"""The whole way, in a real browser on a real server."""
