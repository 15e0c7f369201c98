"""The commands, one file each; what they do stands in the rooms below."""
