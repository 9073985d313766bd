"""Names of states and regions, of the countries for which TikTok was seen to write them as ISO 3166-2 codes."""

from __future__ import annotations

CODES = {
    "US": (
        "AL Alabama, AK Alaska, AZ Arizona, AR Arkansas, CA California, CO Colorado, CT Connecticut, DE Delaware, "
        "DC District of Columbia, FL Florida, GA Georgia, HI Hawaii, ID Idaho, IL Illinois, IN Indiana, IA Iowa, "
        "KS Kansas, KY Kentucky, LA Louisiana, ME Maine, MD Maryland, MA Massachusetts, MI Michigan, MN Minnesota, "
        "MS Mississippi, MO Missouri, MT Montana, NE Nebraska, NV Nevada, NH New Hampshire, NJ New Jersey, "
        "NM New Mexico, NY New York, NC North Carolina, ND North Dakota, OH Ohio, OK Oklahoma, OR Oregon, "
        "PA Pennsylvania, RI Rhode Island, SC South Carolina, SD South Dakota, TN Tennessee, TX Texas, UT Utah, "
        "VT Vermont, VA Virginia, WA Washington, WV West Virginia, WI Wisconsin, WY Wyoming"
    ),
    "GB": "ENG England, SCT Scotland, WLS Wales, NIR Northern Ireland",
    "AU": (
        "ACT Australian Capital Territory, NSW New South Wales, NT Northern Territory, QLD Queensland, "
        "SA South Australia, TAS Tasmania, VIC Victoria, WA Western Australia"
    ),
    "BR": (
        "AC Acre, AL Alagoas, AP Amapá, AM Amazonas, BA Bahia, CE Ceará, DF Distrito Federal, ES Espírito Santo, "
        "GO Goiás, MA Maranhão, MT Mato Grosso, MS Mato Grosso do Sul, MG Minas Gerais, PA Pará, PB Paraíba, PR Paraná, "
        "PE Pernambuco, PI Piauí, RJ Rio de Janeiro, RN Rio Grande do Norte, RS Rio Grande do Sul, RO Rondônia, "
        "RR Roraima, SC Santa Catarina, SP São Paulo, SE Sergipe, TO Tocantins"
    ),
}
NAMES = {
    (country, state.partition(" ")[0]): state.partition(" ")[2]
    for country, states in CODES.items()
    for state in states.split(", ")
}


def state_name(country: str, code: str) -> str:
    """The name of a state or region; what TikTok wrote where that is no code known here."""
    return NAMES.get((country, code), code)
