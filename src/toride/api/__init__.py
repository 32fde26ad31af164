"""The door for machines: every operation is an act that the same decision allows and the same trail keeps."""
