"""What agents have done in their sessions, as far as the transcripts on this machine tell.

Nothing of a transcript's text is kept between runs or printed at a commit: `state` holds numbers and salted hashes.
"""
