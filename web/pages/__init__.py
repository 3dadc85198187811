"""Server-rendered pages; they hold no logic of their own."""
