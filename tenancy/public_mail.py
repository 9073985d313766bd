"""Domains at which anybody can have an address: none of them is one organization's own."""

from __future__ import annotations

import re

from django.db import models

# These stand under the endings of many countries.
EVERYWHERE = re.compile(
    r"(aol|gmail|gmx|googlemail|hotmail|icloud|outlook|rocketmail|yahoo|yandex|ymail)"
    r"\.(com|net|org|info|[a-z]{2}|(co|com)\.[a-z]{2})"
)
_LISTED = """
126.com 163.com 21cn.com alice.it arcor.de att.net bellsouth.net bigpond.com bluewin.ch bol.com.br btinternet.com
charter.net comcast.net cox.net daum.net docomo.ne.jp duck.com earthlink.net email.com ezweb.ne.jp fastmail.com
fastmail.fm foxmail.com free.fr freenet.de hanmail.net hey.com home.nl hushmail.com inbox.com inbox.lv interia.pl
juno.com kpnmail.nl laposte.net libero.it list.ru live.be live.ca live.co.uk live.com live.com.au live.de live.fr
live.it live.nl live.se mac.com mail.com mail.de mail.ru mailbox.org mailinator.com me.com msn.com naver.com nate.com
neuf.fr ntlworld.com o2.pl onet.pl online.de optonline.net orange.fr passport.com pm.me poczta.onet.pl posteo.de
privaterelay.appleid.com proton.me protonmail.ch protonmail.com qq.com rambler.ru rediffmail.com rogers.com
sapo.pt sbcglobal.net seznam.cz sfr.fr shaw.ca sina.com sky.com skynet.be sohu.com sympatico.ca t-online.de
talktalk.net telenet.be telia.com telus.net terra.com.br tiscali.it tuta.com tuta.io tutanota.com tutanota.de
ukr.net uol.com.br verizon.net vip.qq.com virgilio.it virginmedia.com wanadoo.fr web.de windowslive.com wp.pl
xtra.co.nz yeah.net yopmail.com ziggo.nl zoho.com zohomail.com
"""
ELSEWHERE = frozenset(_LISTED.split())


def is_public_mail(domain: str) -> bool:
    """Can anybody have an address at this domain? Those of the large providers; others are told by hand."""
    return domain in ELSEWHERE or EVERYWHERE.fullmatch(domain) is not None


class Mailbox(models.TextChoices):
    """Mailboxes of a domain that only who runs it can have: the list by which authorities of certificates ask for consent."""

    POSTMASTER = "postmaster", "postmaster"
    HOSTMASTER = "hostmaster", "hostmaster"
    WEBMASTER = "webmaster", "webmaster"
    ADMIN = "admin", "admin"
    ADMINISTRATOR = "administrator", "administrator"
