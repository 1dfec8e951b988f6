"""Each kind of forged or stale approval, with real keys, is refused: by its signature or by who gave it."""

import datetime as dt
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest

from billing.approvals import refusal, standing
from billing.errors import NotAllowedError
from billing.people import People
from billing.policy import Policy
from tests.approvals.keys import SEQ, accepted, claim, new_key, public, signed, signers
from tests.approvals.office import EDITED, NOON, subject, user
from tests.core.frames import table_of


def test_an_honest_signature_approves(tmp_path: Path) -> None:
    users, keys = signers(tmp_path)

    approval = accepted(*signed(claim(), keys["mara"]), users)

    found = standing(subject(), [approval], people=People(users), policy=Policy())
    assert (approval.user, approval.level, approval.assurance, approval.at) == ("mara", "MANAGER", "SIGNATURE", NOON)
    assert (found.state, found.why) == ("APPROVED", "approved by mara")


def test_1_wrong_person(tmp_path: Path) -> None:
    users, keys = signers(tmp_path)

    with pytest.raises(NotAllowedError, match="it is signed with a key of bill, not with one of mara: SHA256:"):
        accepted(*signed(claim(), keys["bill"]), users)
    with pytest.raises(NotAllowedError, match=r"with a key that users.csv does not know, not with one of mara: SHA256:"):
        accepted(*signed(claim(), new_key(tmp_path, "stranger")), users)


def test_2_wrong_namespace(tmp_path: Path) -> None:
    users, keys = signers(tmp_path)

    with pytest.raises(NotAllowedError, match="signature is made for 'cotbill-prepare', not for cotbill-approve; sign it as an approval"):
        accepted(*signed(claim(), keys["mara"], "cotbill-prepare"), users)


def test_3_wrong_amount(tmp_path: Path) -> None:
    users, keys = signers(tmp_path)
    small, signature = signed(claim(amount=Decimal("-4.50")), keys["mara"])
    large, _other = signed(claim(), keys["bill"])

    with pytest.raises(NotAllowedError, match=r"approval is signed for amount -4.50, not -450.00; sign it for this one"):
        accepted(small, signature, users)
    with pytest.raises(NotAllowedError, match="what mara signed is not this: the content was altered"):
        accepted(large, signature, users)


def test_4_wrong_period(tmp_path: Path) -> None:
    users, keys = signers(tmp_path)

    with pytest.raises(NotAllowedError, match="approval is signed for period 2026-10, not 2026-11; sign it for this one"):
        accepted(*signed(claim(), keys["mara"]), users, subject(period="2026-11"))


@pytest.mark.parametrize("place", [{"seq": SEQ + 1}, {"seq": SEQ + 1, "head": "d" * 64}, {"head": "d" * 64}])
def test_5_replay_after_another_event(tmp_path: Path, place: dict[str, object]) -> None:
    users, keys = signers(tmp_path)

    with pytest.raises(NotAllowedError, match=f"approval was signed after entry {SEQ} of another state of the journal"):
        accepted(*signed(claim(), keys["mara"]), users, **place)


def test_5_replay_for_another_record(tmp_path: Path) -> None:
    users, keys = signers(tmp_path)
    data, signature = signed(claim(), keys["mara"])

    with pytest.raises(NotAllowedError, match="approval is signed for record ADJUSTMENT ADJ-1, not ADJUSTMENT ADJ-2"):
        accepted(data, signature, users, subject(identity="ADJ-2"))
    with pytest.raises(NotAllowedError, match="approval is signed for record ADJUSTMENT ADJ-1, not REJECT ADJ-1"):
        accepted(data, signature, users, subject(kind="REJECT"))


def test_6_edited_content(tmp_path: Path) -> None:
    users, keys = signers(tmp_path)
    data, signature = signed(claim(), keys["mara"])
    approval = accepted(data, signature, users)

    with pytest.raises(NotAllowedError, match="J004: ADJ-1 changed after mara signed it; have it signed again"):
        accepted(data, signature, users, subject(content_sha256=EDITED))
    assert standing(subject(content_sha256=EDITED), [approval], people=People(users), policy=Policy()).state == "STALE"


@pytest.mark.parametrize("is_krl", [False, True])
def test_7_revoked_key(tmp_path: Path, is_krl: bool) -> None:
    users, keys = signers(tmp_path)
    said = signed(claim(), keys["mara"])
    revoked = tmp_path / "revoked_keys"
    for gone in ("finn", "mara"):
        if is_krl:
            subprocess.run(["ssh-keygen", "-q", "-k", "-f", str(revoked), str(tmp_path / f"{gone}.pub")], check=True, timeout=60)
        else:
            revoked.write_text(f"# stolen\n\n{public(keys[gone])}\n")
        if gone == "finn":  # another's key is no matter
            assert accepted(*said, users, revoked=revoked).user == "mara"

    with pytest.raises(NotAllowedError, match=r"key SHA256:.* of mara is revoked; sign it again with a key in force"):
        accepted(*said, users, revoked=revoked)


def test_8_expired_and_not_yet_valid_key(tmp_path: Path) -> None:
    key = new_key(tmp_path, "max")
    users = table_of("users", user("max", "MANAGER", valid_from="2026-03-01", valid_to="2026-11-06", public_key=public(key)))
    on_last_day, after = "2026-11-05T23:59:59+00:00", "2026-11-06T00:00:00+00:00"
    first, before = "2026-03-01T00:00:00+00:00", "2026-02-28T23:59:59+00:00"

    def at(when: str) -> str:
        data, signature = signed(claim(user="max", at=when), key)
        return accepted(data, signature, users, since=None, until=None).user

    assert [at(when) for when in (first, on_last_day)] == ["max", "max"]
    with pytest.raises(NotAllowedError, match="key of max ended on 2026-11-06, it is signed at 2026-11-06T00:00:00Z"):
        at(after)
    with pytest.raises(NotAllowedError, match="key of max starts on 2026-03-01 only, it is signed at 2026-02-28T23:59:59Z"):
        at(before)


def test_8_expired_key_dated_back_into_its_life(tmp_path: Path) -> None:
    users, keys = signers(tmp_path)
    back = claim(user="gone", at="2026-06-30T12:00:00+00:00")

    with pytest.raises(NotAllowedError, match="approval is dated 2026-06-30T12:00:00\\+00:00, before the journal's last entry"):
        accepted(*signed(back, keys["gone"]), users)
    with pytest.raises(NotAllowedError, match="which is not yet; set the clock right"):
        accepted(*signed(claim(at="2027-01-01T00:00:00+00:00"), keys["mara"]), users)


def judged(tmp_path: Path, login: str, level: str, **more: object) -> str:
    """What is said against a good signature of somebody who may not approve; before and after it is given."""
    twin = new_key(tmp_path, "twin")
    users, keys = signers(tmp_path, user("twin", "MANAGER", name="NAME  of bill", public_key=public(twin)))
    about = subject(**more)  # type: ignore[arg-type]
    people, policy = People(users), Policy()
    before = refusal(about, login, NOON, [], people=people, policy=policy, level=level)

    approval = accepted(*signed(claim(about, user=login, level=level), {**keys, "twin": twin}[login]), users, about)

    after = standing(about, [approval], people=people, policy=policy)
    assert after.state == "WAITING"
    assert before is not None
    assert before.split(";")[0] in after.why
    return before


def test_9_self_approval(tmp_path: Path) -> None:
    said = judged(tmp_path, "mara", "MANAGER", prepared_by="mara")

    assert said == "mara prepared it and may not approve it; have another person approve it"


def test_9_self_approval_under_another_login(tmp_path: Path) -> None:
    said = judged(tmp_path, "twin", "MANAGER")

    assert said == "twin prepared it as bill (same person by name or key) and may not approve it; have another person approve it"


def test_9_self_approval_of_an_edit(tmp_path: Path) -> None:
    said = judged(tmp_path, "mara", "MANAGER", edited_by=frozenset({"mara"}))

    assert said == "mara changed it and may not approve it; have another person approve it"


def test_10_over_the_limit(tmp_path: Path) -> None:
    assert judged(tmp_path, "lea", "LEAD", amount=Decimal("100.01")) == (
        "lea may not approve it as LEAD: MANAGER or FINANCE is needed; have one of them approve it"
    )
    policy = Policy(lead_limit=Decimal("500.00"))
    people = People(table_of("users", user("lea", "LEAD", approve_limit="100.00")))
    assert refusal(subject("100.01"), "lea", NOON, [], people=people, policy=policy) == (
        "ADJ-1 of 100.01 is over the limit of 100.00 of lea; have one with a higher limit approve it"
    )


def test_11_own_agency(tmp_path: Path) -> None:
    said = judged(tmp_path, "host", "FINANCE")

    assert said == "host is of agency 758 and may not approve for it; have a person of another agency approve it"


def test_12_rate_loader(tmp_path: Path) -> None:
    said = judged(tmp_path, "rita", "MANAGER", kind="RATES", prepared_by="rita")

    assert said == "rita loaded it and may not approve it; have another person approve it"


def test_13_unknown_user(tmp_path: Path) -> None:
    users, keys = signers(tmp_path)

    with pytest.raises(NotAllowedError, match=r"J003: user nobody is unknown; add the user to users\.csv, or have another approve it"):
        accepted(*signed(claim(user="nobody"), keys["mara"]), users)
    assert refusal(subject(), "nobody", NOON, [], people=People(users), policy=Policy()) == (
        "user nobody is unknown; add the user to users.csv, or have another approve it"
    )


def test_an_old_signature_still_verifies_at_its_own_time_after_the_key_has_ended(tmp_path: Path) -> None:
    users, keys = signers(tmp_path)
    then = "2026-06-30T20:00:00-03:59"  # a second before valid_to, in UTC

    said = signed(claim(user="gone", at=then), keys["gone"])

    assert accepted(*said, users, since=None, until=NOON).at == dt.datetime.fromisoformat(then)
