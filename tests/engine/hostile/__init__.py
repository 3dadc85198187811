"""Files somebody uploads in order to break the software, or by mistake. All are made here; none is kept on the disk."""
