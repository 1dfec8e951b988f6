"""The words of FOCUS 1.2: its columns in the file's order, and which of its words our charges come under."""

from typing import Final

COLUMNS: Final = (
    "BilledCost", "BillingAccountId", "BillingAccountName", "BillingAccountType", "BillingCurrency", "BillingPeriodEnd",
    "BillingPeriodStart", "ChargeCategory", "ChargeClass", "ChargeDescription", "ChargeFrequency", "ChargePeriodEnd",
    "ChargePeriodStart", "ConsumedQuantity", "ConsumedUnit", "ContractedCost", "ContractedUnitPrice", "EffectiveCost", "InvoiceId",
    "InvoiceIssuerName", "ListCost", "ListUnitPrice", "PricingCategory", "PricingQuantity", "PricingUnit", "ProviderName",
    "PublisherName", "ServiceCategory", "ServiceName", "ServiceSubcategory", "SkuId", "SkuPriceId", "SubAccountId", "SubAccountName",
    "SubAccountType", "Tags",
    "x_ApprovalRef", "x_ChargeId", "x_Component", "x_InvoiceLineNo", "x_Quantity", "x_Stream", "x_UnitRate",
)  # fmt: skip
# (stream, component) -> ChargeCategory, ChargeFrequency; "" stands for every other stream
CATEGORIES: Final = {
    ("", "USAGE"): ("Usage", "Usage-Based"),
    ("", "CALLS"): ("Usage", "Usage-Based"),
    ("", "MRC"): ("Purchase", "Recurring"),
    ("", "NRC"): ("Purchase", "One-Time"),
    ("", "BASE"): ("Purchase", "One-Time"),
    ("usage", "BASE"): ("Usage", "Usage-Based"),
    ("pass_through", "BASE"): ("Usage", "Usage-Based"),
    ("fixed_cost", "BASE"): ("Purchase", "Recurring"),
    ("", "TAX"): ("Tax", "Usage-Based"),
    ("", "FEE"): ("Adjustment", "Usage-Based"),
    ("", "SURCHARGE"): ("Adjustment", "Usage-Based"),
    ("", "CREDIT"): ("Credit", "One-Time"),
    ("", "DEBIT"): ("Adjustment", "One-Time"),
}
OTHER: Final = ("Other", "Other (Other)")
_NETWORK: Final = ("Networking", "Other (Networking)")
SERVICE_OF_GROUP: Final = {
    "COMPUTE": ("Compute", "Virtual Machines"),
    "MAINFRAME": ("Compute", "Other (Compute)"),
    "WORKSTATION": ("Compute", "End User Computing"),
    "STORAGE": ("Storage", "Other (Storage)"),
    "DATABASE": ("Databases", "Other (Databases)"),
    "NETWORK": _NETWORK,
    "VOICE": _NETWORK,
    "TOLL": _NETWORK,
    "SECURITY": ("Security", "Other (Security)"),
    "MESSAGING": ("Business Applications", "Other (Business Applications)"),
    "ENTERPRISE": ("Management and Governance", "Other (Management and Governance)"),
    "ADMIN": ("Management and Governance", "Administration"),
}
SERVICE_OF_STREAM: Final = {"circuits": _NETWORK, "voip": _NETWORK, "centrex": _NETWORK, "long_distance": _NETWORK}
