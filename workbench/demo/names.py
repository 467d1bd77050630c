"""Invented names. Any likeness to real companies is chance."""

from itertools import product
from typing import NamedTuple


class Place(NamedTuple):
    """How companies of a country are called and where they sit."""

    form: str  # {stem} and {trade}
    stems: str
    trades: str
    cities: str

    def company_names(self):
        return [
            self.form.format(stem=stem, trade=trade)
            for trade, stem in product(self.trades.split(", "), self.stems.split(", "))
        ]


PLACES = {
    "DE": Place(
        "{stem} {trade} GmbH",
        "Nordhafen, Lindhorst, Brachtal, Eschwege & Sohn, Kaltenbrunner, Rotwasser, Hohenstaden, Wieselau, Föhrmann, "
        "Grünthal",
        "Werkzeuge, Maschinenbau, Metallbau, Technik",
        "Hamburg, Kassel, Chemnitz, Augsburg, Münster",
    ),
    "FR": Place(
        "{trade} {stem} SARL",
        "Valmarin, Beauclair, Morvannes, Saint-Auban, Les Tilleuls, Castelroux, Grandchêne, Perrelin",
        "Ateliers, Quincaillerie, Établissements, Mécanique",
        "Lyon, Nantes, Dijon, Lille",
    ),
    "GB": Place(
        "{stem} {trade} Ltd",
        "Brindlemoor, Ashcombe Vale, Thornwick, Harrowgate Lane, Pellworth, Kestrel Bridge, Oldmarch, Wexcombe",
        "Tools, Engineering, Joinery, Workshop Supplies",
        "Leeds, Bristol, Coventry, Norwich",
    ),
    "NL": Place(
        "{stem} {trade} B.V.",
        "Van der Hoeven, De Waterkant, Zuiderlaan, Molenbeek, Hazelhorst, Oosterdiep",
        "Gereedschap, Techniek, Bouw, Metaal",
        "Utrecht, Eindhoven, Groningen",
    ),
    "ES": Place(
        "{trade} {stem} S.L.",
        "Valdemora, Río Claro, Montesol, Peñablanca, Torrealta, Campo Verde",
        "Suministros, Talleres, Ferretería, Construcciones",
        "Zaragoza, Valencia, Bilbao",
    ),
    "IT": Place(
        "{trade} {stem} S.r.l.",
        "Montefiore, Valserena, Pontelungo, Ferrante, Collebruno, Rivalta",
        "Officine, Utensileria, Meccanica, Costruzioni",
        "Torino, Bologna, Brescia",
    ),
    "PL": Place(
        "{trade} {stem} Sp. z o.o.",
        "Jasnowo, Dębica, Kalinex, Brzozpol, Wiślan, Lipnik",
        "Narzędzia, Zakład, Hurtownia, Budowa",
        "Kraków, Łódź, Gdynia",
    ),
    "SE": Place(
        "{stem} {trade} AB",
        "Granudden, Lövholmen, Ekestrand, Norrviken, Björkfors, Silverdal",
        "Verktyg, Bygg, Mekaniska, Industri",
        "Malmö, Uppsala, Örebro",
    ),
    "CN": Place(
        "{stem} {trade} Co., Ltd.",
        "Suzhou Yunshan, Ningbo Haichuan, Foshan Jinhe, Wuxi Longquan, Qingdao Beichen, Hangzhou Lingfeng, "
        "Dongguan Ruida",
        "Machinery, Hardware, Trading, Industrial",
        "Suzhou, Ningbo, Qingdao, Dongguan",
    ),
    "US": Place(
        "{stem} {trade} Inc.",
        "Cedar Falls, Ironvale, Blue Mesa, Prairie Forge, Redstone Creek, Hartwell & Moss, Lakeshore, Copper Ridge",
        "Tooling, Builders, Fabrication, Supply",
        "Columbus, Tulsa, Denver, Raleigh",
    ),
}

COMPANY = "Northgate Workshop Supplies"
SALESPEOPLE = ("Anna Sommer", "Marek Nowicki", "Claire Dufour", "Li Wei")
