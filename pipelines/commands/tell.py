"""The story of what was explained, in words, from the invoice line down to the file line and the people."""

from typing import Any, Final

import click

from pipelines.commands import show

_DONE: Final = {"CORRECT": "corrected", "HOLD": "held", "RELEASE": "released", "REJECT": "rejected", "ACKNOWLEDGE": "explained"}
_MANY: Final = 20
_ASSURED: Final = {"SIGNED": "signed", "RECORDED": "recorded", "FEED": "came with the feed"}


def tell(found: dict[str, Any]) -> None:
    """Print all that `pipelines.explained.find` found."""
    if found.get("decision"):
        _tell_decision(found["decision"])
    if found.get("dispute"):
        _tell_dispute(found["dispute"])
    if found.get("gone"):
        _tell_gone(found["gone"], is_billed=bool(found["charges"]))
    for charge in found["charges"]:
        _tell_charge(charge)
    for finding in found["exceptions"]:
        _tell_finding(finding)
    if found.get("adjustment"):
        adjustment = found["adjustment"]
        click.echo(f"{adjustment['adjustment_id']}: an adjustment that is not billed in {found['period']}")
        _tell_adjustment(adjustment)
    history = found.get("history", [])
    for record in found.get("records", []):
        _line(_received(history), _words(record))
    _line("came in", ", ".join(found.get("first_periods", [])))
    _tell_history(history)
    _tell_month(found["period"], found["month"])


def _tell_decision(decision: dict[str, Any]) -> None:
    amount = "" if decision["amount"] is None else f", {show.money(decision['amount'])} at stake"
    click.echo(f"{decision['decision_id']}: {decision['action']} {decision['code'] or ''} ({decision['state']}){amount}")
    _tell_history([decision])
    _line("about", " ".join(filter(None, (decision["feed"], decision["source_record_id"], decision["exception_id"]))))
    taken = decision["withdrawn"]
    _line("taken back", f"by {taken['by']} at {taken['at']}: {taken['reason']}" if taken else None)
    click.echo()


def _tell_dispute(dispute: dict[str, Any]) -> None:
    click.echo(f"{dispute['dispute_id']}: {_dispute(dispute)}")
    place = dispute["invoice_no"] if dispute["invoice_line_no"] is None else f"{dispute['invoice_no']} line {dispute['invoice_line_no']}"
    _line("about", place)
    _line("reason", dispute["reason"])
    window = "inside the window" if dispute["is_inside_window"] else f"after the window: {dispute['window_override_reason']}"
    _line("received", f"{dispute['received_on']}, {window}")
    _line("worked by", f"{dispute['owner']}, due {dispute['due_on']}")
    if dispute["outcome"]:
        _line("decided", f"by {dispute['decided_by']} at {dispute['decided_at']}: {dispute['decided_reason']}")
        _line("credited by", dispute["adjustment_id"])
    click.echo()


def _tell_gone(gone: dict[str, Any], *, is_billed: bool) -> None:
    """A line that was issued and does not stand any more."""
    now = "what it is now:" if is_billed else "it is billed no more"
    click.echo(
        f"{gone['invoice_no']} line {gone['invoice_line_no']}: {show.money(gone['amount'])} in issue {gone['issue']:02d}, superseded; {now}"
    )


def _tell_finding(finding: dict[str, Any]) -> None:
    click.echo(f"{finding['code']} ({finding['severity']}, {finding['status']}) {finding['message']}")
    _line("exception", finding["exception_id"])
    place = ":".join(str(finding[name]) for name in ("source_file", "source_line") if finding[name] is not None)
    _line("where", f"{place} {finding['source_record_id'] or ''}".strip())
    _line("column", f"{finding['column_name']} = {finding['raw_value']}" if finding["column_name"] else None)
    _line("at stake", show.money(finding["amount"]) if finding["amount"] is not None else None)
    _line("also", finding["also"])
    if finding["decided_by"]:
        _line("decided", f"{finding['disposition']} by {finding['decided_by']} at {finding['decided_at']}: {finding['reason']}")


def _tell_charge(charge: dict[str, Any]) -> None:
    click.echo(f"{charge['invoice_no']} line {charge['invoice_line_no']}: {show.money(charge['amount'])}  {charge['description'] or ''}")
    _tell_price(charge)
    for part in charge["splits"]:
        _line("paid by", f"{part['amount']} = {part['percent'].normalize():f} % of string {part['seq']}: {part['string']}")
    for source in charge["sources"][:_MANY]:
        quantity = "" if source["quantity"] is None else f" (quantity {source['quantity']:f})"
        _line("from", f"{source['source_file']}:{source['source_line']} {source['source_record_id']}{quantity}")
    if len(charge["sources"]) > _MANY:
        _line("from", f"and {len(charge['sources']) - _MANY} more records; --json lists them all")
    _line("came in", ", ".join(charge["first_periods"]))
    for record in charge["records"][:3]:
        shown = {name: value for name, value in record.items() if not name.startswith("source_")}
        _line(_received(charge["history"]), _words(shown))
    _tell_history(charge["history"])
    if charge["adjustment"]:
        _tell_adjustment(charge["adjustment"])
    for dispute in charge["disputes"]:
        _line("disputed", f"{_dispute(dispute)} ({dispute['dispute_id']})")
    for old in charge["superseded"]:
        stood = (
            "not billed" if old["invoice_no"] is None else f"{old['invoice_no']} line {old['invoice_line_no']}, {show.money(old['amount'])}"
        )
        _line("superseded", f"issue {old['issue']:02d}: {stood}")
    click.echo()


def _tell_price(charge: dict[str, Any]) -> None:
    """Who is billed, for which service, at which rate by whose authority, and the arithmetic."""
    _line("charge", f"{charge['charge_id']} ({charge['stream']}, {charge['component']})")
    _line("billed to", f"{charge['billing_number']} of agency {charge['agency_code']}")
    late = ", prior period" if charge["is_prior_period"] else ""
    _line("service", f"{charge['service_from']} to {charge['service_to']}{late}")
    _line("rate code", f"{charge['rate_code']} {charge['rate_name'] or ''}".strip())
    rate = f"{charge['unit_rate']:f} per {charge['uom']}" if charge["unit_rate"] is not None else None
    _line("rate", f"{rate}, in force from {charge['rate_valid_from']}" if rate and charge["rate_valid_from"] else rate)
    _line("rate row", ", ".join(charge["rate_source"]))
    _line("authority", ", ".join(filter(None, [charge["approval_ref"], *(f"approved by {who}" for who in charge["approved_by"])])))
    _line("rule", charge["rule"])
    _line("exact", f"{charge['exact_amount']:f}, rounded once to {charge['amount']}")
    _line("taken on", charge["base_charge_id"])
    _line("corrects", charge["original_charge_id"])


def _tell_history(history: list[dict[str, Any]]) -> None:
    """What people decided of a record, and who approved that."""
    for each in history:
        what = ""
        if each["action"] == "CORRECT":
            what = f"{each['column_name'] or 'the row'}: {_blank(each['old_value'])} -> {_blank(each['new_value'])}, "
        state = "" if each["state"] == "DONE" else f" [{each['state']}]"
        owner = f", worked by {each['owner']}" if each["owner"] else ""
        _line(_DONE[each["action"]], f"{what}by {each['decided_by']} at {each['decided_at']}: {each['reason']}"
              f" ({each['decision_id']}{owner}){state}")  # fmt: skip
        _tell_approvals(each["approvals"])


def _tell_approvals(approvals: list[dict[str, Any]]) -> None:
    for given in approvals:
        assured = _ASSURED[given["assurance"]]
        _line(given["decision"].lower(), f"by {given['user']} as {given['level']} at {given['decided_at']}, {assured}")


def _tell_adjustment(adjustment: dict[str, Any]) -> None:
    """Who prepared an adjustment and why, what happened to it by command, and who approved it."""
    who = f"by {adjustment.get('prepared_by')} at {adjustment.get('prepared_at')}"
    state = f", {adjustment['approval_state']}" if adjustment["approval_state"] else ""
    why = f"{adjustment.get('adj_type')} {adjustment.get('reason_code')}, proof {adjustment.get('support_ref')}{state}"
    _line("adjustment", f"{adjustment['adjustment_id']}: {why}")
    _line("prepared", who)
    for event in adjustment["events"]:
        if event["what"] == "adjustment-withdrawn":
            _line("taken back", f"by {event['by']} at {event['at']}: {event['reason']}")
        elif event["evidence"]:
            _line("evidence", event["evidence"].get("evidence") or _words(event["evidence"]))
    _tell_approvals(adjustment["approvals"])


def _tell_month(period: str, month: dict[str, Any]) -> None:
    """Where the month stands, and what proves it."""
    issue = "" if month["issue"] is None else f", issue {month['issue']:02d}"
    click.echo(f"{period} is {month['state']}{issue}")
    for step in month["steps"]:
        issue = "" if step["issue"] is None else f" as issue {int(step['issue']):02d}"
        _line(step["what"], f"by {step['by']} at {step['at']}{issue}")
    _line("seal", month["seal_sha256"])
    _line("journal head", month["journal_head"])


def _dispute(dispute: dict[str, Any]) -> str:
    credited = "" if dispute["credited_amount"] is None else f", {show.money(dispute['credited_amount'])} credited"
    return f"{show.money(dispute['amount'])} disputed, {dispute['outcome'] or dispute['status']}{credited}"


def _received(history: list[dict[str, Any]]) -> str:
    """What the record that is shown is: as it came, or with corrections in effect."""
    is_corrected = any(each["action"] == "CORRECT" and each["state"] == "DONE" for each in history)
    return "as corrected" if is_corrected else "as received"


def _blank(text: str | None) -> str:
    return text or "nothing"


def _words(record: dict[str, Any]) -> str:
    return ", ".join(f"{name}={show.as_text(value)}" for name, value in record.items())


def _line(label: str, value: object) -> None:
    if value not in (None, "", []):
        click.echo(f"  {label:<14}{value}")
