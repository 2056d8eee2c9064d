"""How does a resident become a member, stay one, and cease to be one? Where to find what:

- signing up: `signing_up` (the four steps), `whereabouts` (in which neighbourhood), `codes`, `texting`, `resuming`, `awaited` (no district there yet)
- house rules: `rules`, `house_texts`
- deciding: `admission` (who, in which group), `places` (room and waiting list), `doubts`, `details`, `entering` (the sign-up becomes a member)
- proof of living there: `proving`, `vouching`, `code_letters`, `roll_call`
- afterwards: `moving` (house, group, out), `expelling`, `barring`
- an existing list: `importing`, over `sheets` (the file), `listing` (one row), `fates` (what becomes of it)
- beginning a district: `founding` (the first), `starting` (by anybody)

`access` says who sees what of it, `public` what anybody may know, `mails` what residents read.
"""
