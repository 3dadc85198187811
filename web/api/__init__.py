"""REST resources, one file each: schemas on top, views below."""
