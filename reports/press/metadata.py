"""The metadata of a PDF: PDF/UA beside PDF/A, and the hash of what it was made from, each with its schema described."""

from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

_END: Final = b"</rdf:RDF>"
_NAMESPACE: Final = "https://technology.ky.gov/ns/cotbill/1.0/"

_SCHEMAS: Final = f"""
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1"/>
<rdf:Description rdf:about="" xmlns:cotbill="{_NAMESPACE}" cotbill:%(name)s="%(value)s" cotbill:inputsSha256="%(key)s"/>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag>
<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI><pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq>
<rdf:li rdf:parseType="Resource"><pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 the file conforms to</pdfaProperty:description></rdf:li>
</rdf:Seq></pdfaSchema:property></rdf:li>
<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>%(paper)s made by cotbill</pdfaSchema:schema>
<pdfaSchema:namespaceURI>{_NAMESPACE}</pdfaSchema:namespaceURI><pdfaSchema:prefix>cotbill</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq>
<rdf:li rdf:parseType="Resource"><pdfaProperty:name>%(name)s</pdfaProperty:name><pdfaProperty:valueType>Text</pdfaProperty:valueType>
<pdfaProperty:category>external</pdfaProperty:category>
<pdfaProperty:description>%(words)s</pdfaProperty:description></rdf:li>
<rdf:li rdf:parseType="Resource"><pdfaProperty:name>inputsSha256</pdfaProperty:name><pdfaProperty:valueType>Text</pdfaProperty:valueType>
<pdfaProperty:category>external</pdfaProperty:category>
<pdfaProperty:description>SHA-256 of everything the %(called)s was made from</pdfaProperty:description></rdf:li>
</rdf:Seq></pdfaSchema:property></rdf:li>
</rdf:Bag></pdfaExtension:schemas></rdf:Description>
"""


@dataclass(frozen=True)
class Kind:
    """What a paper is called, and the property that names one of them."""

    paper: str
    called: str
    name: str
    words: str


INVOICE: Final = Kind("Invoice", "invoice", "invoice", "Invoice number")


def metadata(packet: bytes, value: str, key: str, kind: Kind = INVOICE) -> bytes:
    """The renderer's packet with ours added at the end of its one RDF element.

    Args:
        value: names this paper among its kind: an invoice's number.
        key: hash of everything the paper was made from.
    """
    ours = _SCHEMAS % {**vars(kind), "value": escape(value, {'"': "&quot;"}), "key": key}
    head, end, tail = packet.rpartition(_END)
    return head + ours.encode() + end + tail
