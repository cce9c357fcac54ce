"""Open Badges 3.0: a certificate as a credential that anybody can check without asking us.

`documents` says what a badge, the list of revoked ones and the issuer are in JSON, and signs them; `keys`
are what they are signed with; `baking` puts a signed badge into a picture and takes it out; `drawing`
draws the picture. docs/decisions/0025-badges.md says which parts of the standards are kept, and why.
"""
