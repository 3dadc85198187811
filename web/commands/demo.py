"""The demo: what `redress up` puts into an empty database, and the logins it prints."""
