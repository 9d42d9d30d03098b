"""The types of warning that come with Vedette: one file each, with its protective actions and what must be filled."""
