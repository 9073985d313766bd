"""A provider's answer: one signed assertion about one person, for us, to what we asked, at this moment; else it is refused.

The library checks signature, schema, issuer and times. It takes some of SAML's rules as optional (audience, recipient, the
request that is answered), and reads what may stand beside what was signed; neither is left to it here.
"""

from __future__ import annotations

import xmlsec
from lxml import etree
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Names
from onelogin.saml2.errors import OneLogin_Saml2_Error, OneLogin_Saml2_ValidationError
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings
from onelogin.saml2.utils import OneLogin_Saml2_Utils as Library

from influence.single_sign_on.protocol import MALFORMED
from tenancy.errors import SignOnFault, SignOnRefused

UNREADABLE = (etree.LxmlError, xmlsec.Error, OneLogin_Saml2_Error, *MALFORMED)
XMLENC, MORE = "http://www.w3.org/2001/04/xmlenc#", "http://www.w3.org/2001/04/xmldsig-more#"
# All that may stand within a signature: nothing that runs (XSLT), chooses (XPath) or is broken (SHA-1, shared secrets).
ALGORITHMS = {
    "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
    "http://www.w3.org/2001/10/xml-exc-c14n#",
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
    *(f"{MORE}{kind}-sha{size}" for kind in ("rsa", "ecdsa") for size in (256, 384, 512)),
    *(f"{XMLENC}sha{size}" for size in (256, 512)),
    f"{MORE}sha384",
}
FAULTS = {
    OneLogin_Saml2_ValidationError.STATUS_CODE_IS_NOT_SUCCESS: SignOnFault.DENIED,
    OneLogin_Saml2_ValidationError.WRONG_ISSUER: SignOnFault.ISSUER,
    OneLogin_Saml2_ValidationError.WRONG_INRESPONSETO: SignOnFault.NONCE,
    **dict.fromkeys(
        [
            OneLogin_Saml2_ValidationError.ASSERTION_EXPIRED,
            OneLogin_Saml2_ValidationError.ASSERTION_TOO_EARLY,
            OneLogin_Saml2_ValidationError.SESSION_EXPIRED,
            OneLogin_Saml2_ValidationError.WRONG_AUDIENCE,
            OneLogin_Saml2_ValidationError.WRONG_DESTINATION,
            OneLogin_Saml2_ValidationError.WRONG_SUBJECTCONFIRMATION,
        ],
        SignOnFault.OTHERWISE,
    ),
}


class Answer(OneLogin_Saml2_Response):
    """The provider's answer, with what the library leaves open."""

    def _decrypt_assertion(self, xml: etree._Element) -> etree._Element:
        """Nobody has a key of ours to encrypt for. Raises SignOnRefused."""
        raise SignOnRefused(SignOnFault.OTHERWISE)

    def get_attributes(self) -> dict[str, list[str]]:
        """The attributes' texts; what else may stand in one does not count."""
        return {
            name: [value for value in values if isinstance(value, str)]
            for name, values in super().get_attributes().items()
        }

    def check_shape(self) -> None:
        """Leave nothing to wrap: one assertion, signed as a whole by its own signature. Raises SignOnRefused."""
        signed = self._query("/samlp:Response/saml:Assertion[ds:Signature]")
        signatures = self._query("//ds:Signature")
        owners = [each.getparent().get("ID") for each in signatures]
        references = [each.get("URI") for each in self._query("//ds:Reference")]
        ids = self._query("//@ID")
        used = set(self._query("//ds:*/@Algorithm"))
        is_whole = (
            len(signed) == 1
            and len(self._query("//saml:Assertion")) == 1
            and references == [f"#{owner}" for owner in owners]
            and len(self._query("//ds:Signature/ds:SignedInfo/ds:Reference")) == len(signatures)
            and len(ids) == len(set(ids))
            and not self._query("//ds:Object | //ds:Manifest | //ds:RetrievalMethod")
            and used <= ALGORITHMS
        )
        if not is_whole:
            raise SignOnRefused(SignOnFault.TOKEN)

    def check_addressee(self, asked: str) -> None:
        """See that it is said to us, and to what we asked. Raises SignOnRefused."""
        ours = self._settings.get_sp_data()
        here = ours["assertionConsumerService"]["url"]
        audiences = [
            {(each.text or "").strip() for each in restriction}
            for restriction in self._query_assertion("/saml:Conditions/saml:AudienceRestriction")
        ]
        is_for_us = audiences and all(ours["entityId"] in each for each in audiences)
        is_sent_here = self.document.get("Destination") in (None, here)
        answered = [
            each.get("InResponseTo")
            for each in self._query_assertion(
                f"/saml:Subject/saml:SubjectConfirmation[@Method='{Names.CM_BEARER}']"
                "/saml:SubjectConfirmationData[@NotOnOrAfter][not(@NotBefore)]"
            )
            if each.get("Recipient") == here
            and Library.parse_SAML_to_time(each.get("NotOnOrAfter")) > Library.now()
        ]
        if not is_for_us or not is_sent_here or not answered:
            raise SignOnRefused(SignOnFault.OTHERWISE)
        if asked not in answered:
            raise SignOnRefused(SignOnFault.NONCE)
        issuers = [each.text for each in self._query_assertion("/saml:Issuer")]
        if issuers != [self._settings.get_idp_data()["entityId"]]:
            raise SignOnRefused(SignOnFault.ISSUER)


def verified(settings: OneLogin_Saml2_Settings, answer: str, *, asked: str) -> Answer:
    """The answer to the request of this id, as the browser brought it. Raises SignOnRefused."""
    here = settings.get_sp_data()["assertionConsumerService"]["url"]
    scheme, _, rest = here.partition("://")
    host, _, path = rest.partition("/")
    request = {"https": "on" if scheme == "https" else "off", "http_host": host, "script_name": f"/{path}"}  # fmt: skip
    try:
        found = Answer(settings, answer)
        found.check_status()
        found.check_shape()
        found.is_valid(request, request_id=asked, raise_exceptions=True)
        found.check_addressee(asked)
        found.get_nameid()  # there is one
        found.get_attributes()
    except OneLogin_Saml2_ValidationError as problem:
        raise SignOnRefused(FAULTS.get(problem.code, SignOnFault.TOKEN)) from problem
    except UNREADABLE as problem:
        raise SignOnRefused(SignOnFault.TOKEN) from problem
    return found
