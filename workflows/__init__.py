"""The complaint domain: cases, people, deadlines, law. Stands on `engine`, knows no door."""
