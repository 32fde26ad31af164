"""Files of real offices become customers: checked row by row, resumable, undoable as a whole."""
