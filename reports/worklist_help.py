"""The words of the worklist's help sheet: how to work it and what each action does."""

from typing import Final

from billing.catalogue import CATALOGUE
from billing.rulings import RELEASABLE

HELP: Final = (
    ("How to", "Fill the four yellow cells of a row: action, reason, and for CORRECT also field and new value. Leave a row empty to leave "
     "it waiting. Save as .xlsx and give the file back; it is checked whole, its effect is shown in dollars, and all of it is applied "
     "or nothing."),
    ("CORRECT", "Put another value into one column of the record. The file as received stays as it is; the correction is kept beside it. "
     "Write the value exactly as a feed has it: 2026-10-31, 1234.50, codes in capitals. Suggested field and suggested value stand "
     "side by side, so that both can be copied over in one go."),
    ("HOLD", "Put the record aside: it is not billed, it stays on the list and grows older there."),
    ("RELEASE", "Bill the record as it came, although a rule holds it. Only some holds can be overruled: "
     + "; ".join(f"{code} when {why}" for code, why in RELEASABLE.items()) + "."),
    ("REJECT", "Never bill the record. It stays in the books as rejected, with your reason."),
    ("ACKNOWLEDGE", "You have seen the warning and the record may be billed as it is."),
    ("reason", "Needed for every action; it is kept for the auditor with your name and the time."),
    ("Locked cells", "Everything but the yellow cells is compared with the program's own list when the file comes back; a change is "
     "refused. Filters work as they are; to sort, take the protection off (Review, Unprotect Sheet; there is no password)."),
    ("dollars", "What is at stake as far as it is known today; an empty cell means that no price can be known yet."),
    ("age in months", "Since when the exception waits; 0 is new this month. Nothing is dropped by growing old."),
    ("Codes", "\n".join(f"{kind.code}  {kind.meaning}: {kind.fix}" for kind in CATALOGUE.values())),
)  # fmt: skip
