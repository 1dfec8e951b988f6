"""The columns of every file cotbill reads: feeds, reference tables and rate tables, in their published order."""

from dataclasses import dataclass
from typing import Final, Literal

import polars as pl

Kind = Literal[
    "text", "code", "digits", "date", "timestamp", "period", "int", "bool", "quantity", "rate", "money", "cost", "percent", "codes"
]  # fmt: skip

DTYPES: Final[dict[str, pl.DataType]] = {
    "text": pl.String(),
    "code": pl.String(),  # upper-case text
    "digits": pl.String(),  # as dialled: digits, `+` in front, `*` and `#`
    "codes": pl.String(),  # codes with `;` between, kept as written
    "period": pl.String(),  # YYYY-MM
    "date": pl.Date(),
    "timestamp": pl.String(),  # ISO 8601 with offset, kept as written; readers add local columns
    "int": pl.Int64(),
    "bool": pl.Boolean(),
    "quantity": pl.Decimal(38, 6),
    "rate": pl.Decimal(38, 6),
    "percent": pl.Decimal(38, 6),
    "money": pl.Decimal(38, 2),
    "cost": pl.Decimal(38, 12),
}
INTEGER_DIGITS: Final = 12  # most digits before the point in any number
DECIMAL_PLACES: Final = {"quantity": 6, "rate": 6, "percent": 6, "money": 2, "cost": 12}


@dataclass(frozen=True)
class Column:
    """One column: its name, kind, longest text, whether it must be filled and the words allowed."""

    name: str
    kind: Kind = "text"
    required: bool = False
    longest: int = 200
    choices: tuple[str, ...] = ()

    @property
    def dtype(self) -> pl.DataType:
        """The polars type of a checked value."""
        return DTYPES[self.kind]


def _columns(words: str, choices: dict[str, str] | None = None) -> tuple[Column, ...]:
    """Read `name:kind[:longest][!]` words; `!` marks a required column, `choices` gives allowed words."""
    allowed = choices or {}
    found = []
    for word in words.split():
        required = word.endswith("!")
        name, *rest = word.rstrip("!").split(":")
        kind = rest[0] if rest else "text"
        longest = int(rest[1]) if len(rest) > 1 else {"code": 64, "digits": 40}.get(kind, 200)
        found.append(Column(name, kind, required, longest, tuple(allowed.get(name, "").split())))  # type: ignore[arg-type]
    return tuple(found)


@dataclass(frozen=True)
class Feed:
    """One of the nine feeds: its stream, columns, and which columns its manifest adds up."""

    name: str
    columns: tuple[Column, ...]
    snapshot: bool = False
    sum_quantity: str | None = None
    sum_amount: str | None = None
    id_column: str = "source_record_id"  # the other name source_record_id may come under

    @property
    def names(self) -> tuple[str, ...]:
        """All column names in layout order."""
        return tuple(column.name for column in self.columns)

    @property
    def required(self) -> tuple[str, ...]:
        """The columns that the header must have."""
        return tuple(column.name for column in self.columns if column.required)


_COMMON = "source_record_id:text:64! billing_number:code:12 {dates} description:text:120 ticket_no:text:32 requested_by:text:80"
_OWN_DATES = _COMMON.format(dates="service_from:date! service_to:date!")
_NO_DATES = _COMMON.format(dates="service_from:date service_to:date")

FEEDS: Final[dict[str, Feed]] = {
    feed.name: feed
    for feed in (
        Feed(
            "usage",
            _columns(
                f"{_OWN_DATES} rate_code:code quantity:quantity! uom:code:16 usage_date:date resource_id resource_name"
                " worker_id task quote_no"
            ),
            sum_quantity="quantity",
        ),
        Feed(
            "fixed_cost",
            _columns(
                f"{_NO_DATES} assessment_id:text:64! method:code! rate_code:code agency_code:code annual_amount:money"
                " pool_annual_amount:money basis:code basis_quantity:quantity basis_as_of:date start_period:period!"
                " end_period:period! spread:code! approval_ref!",
                {"method": "AMOUNT ALLOCATED", "spread": "EQUAL_12"},
            ),
            snapshot=True,
        ),
        Feed(
            "pass_through",
            _columns(
                f"{_OWN_DATES} vendor_code:code! vendor_name! vendor_account vendor_invoice_no! vendor_invoice_date:date!"
                " vendor_line_no:int! rate_code:code cost_amount:cost! quantity:quantity unit_cost:cost tax_amount:money"
                " tax_type:code surcharge_amount:money surcharge_type:code contract_no po_no received_date:date! charge_group"
            ),
            sum_quantity="quantity",
            sum_amount="cost_amount",
        ),
        Feed(
            "circuits",
            _columns(
                f"{_NO_DATES} circuit_id:text:64! id_format:code vendor_code:code! vendor_ban service_type:code! bandwidth_kbps:int"
                " a_address! z_address a_clli:code z_clli:code a_v:int a_h:int z_v:int z_h:int ioc_miles:int rate_code:code"
                " mrc_override:money nrc_amount:money nrc_date:date order_no order_type:code requested_date:date"
                " billing_start_date:date! disconnect_date:date vendor_mrc:money contract_end:date",
                {"id_format": "SERIAL TELEPHONE FACILITY LOCAL", "order_type": "N C D T"},
            ),
            snapshot=True,
        ),
        Feed(
            "voip",
            _columns(
                f"{_NO_DATES} line_id:text:64! device_model:text device_id user_name rate_code:code features:codes start_date:date!"
                " stop_date:date location_id! line_kind:code mrc_override:money",
                {"line_kind": "USER COMMON FAX ANALOG"},
            ),
            snapshot=True,
        ),
        Feed(
            "centrex",
            _columns(
                f"{_NO_DATES} station_no:text:64! centrex_group! class_of_service! usoc:code quantity:int! rate_code:code order_no"
                " order_type:code effective_date:date start_date:date! stop_date:date vendor_ban vendor_mrc:money",
                {"order_type": "N C D M R"},
            ),
            snapshot=True,
            sum_quantity="quantity",
        ),
        Feed(
            "long_distance",
            _columns(
                "source_record_id:text:64! source:code! charge_number:digits! from_number:digits! to_number:digits!"
                " connect_at:timestamp! duration_seconds:int! answered:bool! call_type:code auth_code account_code"
                " vendor_jurisdiction:code vendor_charge:cost direction:code! trunk description:text:120 ticket_no:text:32"
                " requested_by:text:80",
                {
                    "source": "CARRIER CUCM ASTERISK OTHER",
                    "direction": "OUT IN",
                    "call_type": "DDD IDDD TF_IN DA CARD OPERATOR LOCAL",
                },
            ),
            sum_quantity="duration_seconds",
            id_column="call_id",
        ),
        Feed(
            "stock",
            _columns(
                f"{_NO_DATES} txn_type:code! txn_date:date! warehouse:code! item_no:code! item_description quantity:quantity!"
                " uom:code:16 unit_cost:cost serial_no asset_tag requisition_no delivered_to original_txn_id:text:64 condition:code"
                " po_no receiver counted_by",
                {"txn_type": "RECEIPT ISSUE RETURN COUNT_ADJ WRITE_OFF", "condition": "NEW USED DEFECTIVE"},
            ),
            sum_quantity="quantity",
            id_column="txn_id",
        ),
        Feed(
            "adjustments",
            _columns(
                f"{_NO_DATES} adj_type:code! pair_id original_invoice_no original_line_no:int no_original_reason stream:text:64!"
                " rate_code:code amount:money! quantity:quantity rate:rate reason_code:code! vendor_recovery_required:bool!"
                " vendor_credit_ref prepared_by! prepared_at:timestamp! support_ref!",
                {
                    "adj_type": "CREDIT DEBIT CREDIT_REBILL TRANSFER SLA_CREDIT OUTAGE WRITE_OFF PRIOR_FY_CREDIT CATCH_UP ROUNDING RETURN",
                    "reason_code": "WRONG_RATE WRONG_QTY WRONG_ACCOUNT DUPLICATE LATE_DISCONNECT NOT_ORDERED VENDOR_ERROR"
                    " OUTAGE SLA RETURN TRUE_UP OTHER",
                },
            ),
            sum_quantity="quantity",
            sum_amount="amount",
            id_column="adjustment_id",
        ),
    )
}
STREAMS: Final = tuple(FEEDS)  # also the order of streams on an invoice

_SPAN = "valid_from:date! valid_to:date"


@dataclass(frozen=True)
class Table:
    """One reference or rate table: columns, the key whose spans may not overlap, whether it may be absent."""

    name: str
    folder: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    optional: bool = False

    @property
    def is_dated(self) -> bool:
        """Whether its rows carry valid_from and valid_to."""
        return any(column.name == "valid_to" for column in self.columns)

    @property
    def schema(self) -> dict[str, pl.DataType]:
        """Checked types, without the file and line that readers add."""
        return {column.name: column.dtype for column in self.columns}


_YN = "Y N"
_FUNDING_OPTIONAL = (
    "unit:code appropriation_unit:code object:code sub_object:code activity:code function:code program:code phase:code"
    " project:code reporting_category:code location:code"
)
_FUNDING_ELEMENTS = "fund department " + _FUNDING_OPTIONAL.replace(":code", "")

TABLES: Final[dict[str, Table]] = {
    table.name: table
    for table in (
        Table(
            "agencies", "reference",
            _columns(
                "agency_code:code! agency_name! cabinet branch:code! consolidated:code! fixed_cost_billing_number:code:12"
                f" billing_contact fiscal_officer remit_method:code! {_SPAN}",
                {"branch": "EXEC JUD LEG LOCAL EDU", "consolidated": _YN, "remit_method": "INTERNAL EXTERNAL"},
            ),
            ("agency_code",),
        ),
        Table(
            "billing_numbers", "reference",
            _columns(
                "billing_number:code:12! agency_code:code! name! status:code! f100_ref invoice_group:code:12 delivery split_mode:code"
                f" default_object:code tax_exempt:code closed_to:code:12 {_SPAN}",
                {"status": "ACTIVE CLOSED", "split_mode": "ENGINE EMARS", "tax_exempt": _YN},
            ),
            ("billing_number",),
        ),
        Table(
            "agency_contacts", "reference",
            _columns(
                f"agency_code:code! role:code! name! email! may_order:code may_approve:code {_SPAN}",
                {
                    "role": "HR IT_SERVICES COMPLIANCE SECURITY MANAGEMENT FISCAL", "may_order": _YN, "may_approve": _YN,
                },
            ),
            ("agency_code", "role", "email"),
            optional=True,
        ),
        Table(
            "funding_strings", "reference",
            _columns(
                f"billing_number:code:12! seq:int! percent:percent! fund:code! department:code! {_FUNDING_OPTIONAL}"
                f" federal_share_pct:percent rate_code_filter:codes {_SPAN}"
            ),
            ("billing_number", "seq"),
        ),
        Table(
            "rate_codes", "reference",
            _columns(
                "rate_code:code! name! description stream! class:code! uom:code:16! cost_group! revenue_source:code"
                " buyer_object:code prorate:code bill_timing:code min_quantity:quantity increment:quantity min_charge:money"
                " requires_ticket:code allowed_for:code free:code",
                {
                    "stream": " ".join(STREAMS), "class": "RATED FIXED PASS TELECOM STOCK FEE ADJ",
                    "prorate": "NONE DAILY_30 DAILY_ACTUAL SNAPSHOT", "bill_timing": "ARREARS ADVANCE", "requires_ticket": _YN,
                    "allowed_for": "ALL CONSOLIDATED NON_CONSOLIDATED", "free": _YN,
                },
            ),
            ("rate_code",),
        ),
        Table(
            "call_owners", "reference",
            _columns(
                f"key_kind:code! key! billing_number:code:12! plan:code international_allowed:code {_SPAN}",
                {"key_kind": "AUTH_CODE NUMBER TRUNK", "international_allowed": _YN},
            ),
            ("key_kind", "key"), optional=True,
        ),
        Table("number_plan", "reference", _columns("npa:digits! country:code! region! state:code"), ("npa",), optional=True),
        Table(
            "exchanges", "reference", _columns("npa:digits! nxx:digits! block:digits state:code! lata:code! rate_center v:int h:int"),
            ("npa", "nxx", "block"), optional=True,
        ),
        Table(
            "local_calling", "reference", _columns("rate_center_a! rate_center_b!"), ("rate_center_a", "rate_center_b"), optional=True
        ),
        Table(
            "stock_items", "reference",
            _columns("item_no:code! description! rate_code:code! tagged:code! restocking_pct:percent", {"tagged": _YN}),
            ("item_no",), optional=True,
        ),
        Table(
            "stock_opening", "reference", _columns("warehouse:code! item_no:code! quantity:quantity! unit_cost:cost! as_of:date!"),
            ("warehouse", "item_no"), optional=True,
        ),
        Table("vendors", "reference", _columns("vendor_code:code! vendor_name! recovery_months:int"), ("vendor_code",), optional=True),
        Table(
            "vendor_accounts", "reference",
            _columns(f"vendor_code:code! account! billing_number:code:12! rate_code:code! {_SPAN}"),
            ("vendor_code", "account"), optional=True,
        ),
        Table(
            "cost_pools", "reference",
            _columns(
                "fiscal_year:int! cost_group! forecast_cost:money forecast_units:quantity actual_cost:money actual_units:quantity"
                " period:period"
            ),
            ("fiscal_year", "cost_group", "period"), optional=True,
        ),
        Table(
            "calendar", "reference",
            _columns(
                "period:period! fiscal_year:int! fiscal_period:int! opens_on:date closes_on:date dispute_by:date due_on:date"
            ),
            ("period",), optional=True,
        ),
        Table(
            "users", "reference",
            _columns(f"user! name! agency_code:code roles:codes! approve_limit:money public_key:text:2000 {_SPAN}"),
            ("user",), optional=True,
        ),
        Table(
            "gl_map", "reference",
            _columns("rate_class:code rate_code:code same_fund:code! document_code:code! event_type:code!", {"same_fund": _YN}),
            ("rate_class", "rate_code", "same_fund"), optional=True,
        ),
        Table(
            "coa_values", "reference",
            _columns(f"element:text! value:code! {_SPAN}", {"element": f"{_FUNDING_ELEMENTS} revenue_source"}),
            ("element", "value"), optional=True,
        ),
        Table(
            "rates", "rates",
            _columns(
                f"rate_code:code! {_SPAN} unit_rate:rate per_mile_rate:rate mile_method:code markup_pct:percent fee_rate_code:code"
                " tier_method:code package_size:quantity approval_ref! approved_by!",
                {"mile_method": "FCC10 SIMPLE", "tier_method": "FLAT GRADUATED VOLUME PACKAGE"},
            ),
            ("rate_code",),
        ),
        Table(
            "rate_tiers", "rates",
            _columns("rate_code:code! valid_from:date! tier_no:int! upper_bound:quantity unit_rate:rate!"),
            ("rate_code", "valid_from", "tier_no"), optional=True,
        ),
        Table(
            "agency_rates", "rates",
            _columns(
                f"agency_code:code! billing_number:code:12 rate_code:code! {_SPAN} unit_rate:rate markup_pct:percent approval_ref!"
                " approved_by!"
            ),
            ("agency_code", "billing_number", "rate_code"), optional=True,
        ),
        Table(
            "ld_plans", "rates",
            _columns(
                "plan:code! match_kind:code! match! rate_code:code! time_band:code mile_low:int mile_high:int mile_method:code"
                " first_interval:int sub_interval:int rate_per_min:rate initial_rate:rate additional_rate:rate per_call_charge:rate"
                f" scale:int! rounding:code! {_SPAN}",
                {
                    "match_kind": "CALL_TYPE PREFIX JURISDICTION", "time_band": "ALL DAY EVENING NIGHT",
                    "mile_method": "FCC10 SIMPLE", "rounding": "HALF_UP UP HALF_EVEN",
                },
            ),
            ("plan", "match_kind", "match", "time_band", "mile_low"), optional=True,
        ),
        Table(
            "surcharges", "rates",
            _columns(
                f"surcharge_code:code! kind:code! applies_to:codes! percent:percent amount:money {_SPAN}",
                {"kind": "FEE_ON_TOTAL PER_LINE PERCENT_OF_COST"},
            ),
            ("surcharge_code",), optional=True,
        ),
    )
}  # fmt: skip
