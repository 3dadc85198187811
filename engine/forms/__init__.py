"""form-js schemas on the server: validation, defaults and conditions, so that no browser is trusted."""
