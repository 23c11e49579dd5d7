"""Names that columns have in other systems and languages: en, de, fr, es, it, pt, nl.

Written as ``mapping.normal`` leaves them: no case, accents, brackets or punctuation.
"""

SYNONYMS: dict[str, tuple[str, ...]] = {
    "title": (
        "title", "name", "product name", "product title", "item name", "article name", "titel",
        "bezeichnung", "artikelbezeichnung", "artikelname", "produktname", "produktbezeichnung",
        "nom", "nom du produit", "titre", "designation", "libelle", "nombre", "nombre del producto",
        "titulo", "nome", "nome prodotto", "nome del prodotto", "titolo", "nome do produto",
        "naam", "productnaam", "artikelnaam", "product", "produkt", "produit", "producto",
        "prodotto", "produto", "description courte du produit",
    ),
    "body": (
        "description", "body", "body html", "long description", "product description", "details",
        "full description", "beschreibung", "artikelbeschreibung", "produktbeschreibung",
        "langbeschreibung", "langtext", "description longue", "descripcion", "descripcion larga",
        "descrizione", "descrizione lunga", "descricao", "omschrijving", "beschrijving",
        "lange omschrijving", "content", "html description",
    ),
    "summary": (
        "short description", "summary", "excerpt", "subtitle", "kurzbeschreibung", "kurztext",
        "resume", "description courte", "descripcion corta", "resumen", "descrizione breve",
        "breve descrizione", "riassunto", "descricao curta", "resumo", "korte omschrijving",
        "korte beschrijving", "generic name",
    ),
    "brand": (
        "brand", "brands", "brand name", "manufacturer", "vendor", "maker", "marke", "hersteller",
        "marque", "fabricant", "marca", "fabricante", "produttore", "merk", "fabrikant",
        "manufacturer name", "producer",
    ),
    "categories": (
        "category", "categories", "category path", "category name", "product category",
        "product categories", "product category name", "kategorie", "kategorien", "warengruppe",
        "categorie", "rayon", "categoria", "categorias", "reparto", "categorieen", "groep",
        "breadcrumb", "department", "google product category", "collection path",
    ),
    "tags": (
        "tags", "tag", "keywords", "labels", "schlagworte", "schlagworter", "stichworte",
        "mots cles", "etiquettes", "etiquetas", "palabras clave", "etichette", "parole chiave",
        "palavras chave", "trefwoorden", "product tags",
    ),
    "handle": (
        "slug", "handle", "url handle", "url key", "url rewritten", "seo url", "permalink",
        "url slug", "friendly url", "url alias", "url rewrite",
    ),
    "id": (
        "id", "product id", "item id", "article id", "produkt id", "artikel id", "id produit",
        "id producto", "id prodotto", "id produto", "product code", "externe id", "external id",
        "internal id", "nid",
    ),
    "variant_id": ("variant id", "combination id", "offer id", "id declinaison"),
    "parent": (
        "parent", "parent id", "parent sku", "group id", "item group id", "parent product",
        "parent product id", "master", "master sku", "style", "style number", "hauptartikel",
        "vaterartikel", "parent code", "artikel gruppe",
    ),
    "language": ("locale", "language", "lang", "sprache", "langue", "idioma", "lingua", "taal"),
    "sku": (
        "sku", "variant sku", "reference", "item number", "article number", "artikelnummer",
        "artikelnr", "artikel nr", "art nr", "bestellnummer", "ref", "referenz",
        "reference produit", "code article", "referencia", "codigo", "codice",
        "codice articolo", "codice prodotto", "referencia do produto", "artikelcode", "model",
        "model number", "part number", "mpn", "item code", "stock code", "stockcode",
        "product sku", "item sku",
    ),
    "barcode": (
        "barcode", "ean", "ean13", "ean 13", "gtin", "gtin13", "upc", "isbn", "ean code",
        "code barre", "code barres", "codigo de barras", "codice a barre", "streepjescode",
        "strichcode", "gtin upc ean or isbn", "variant barcode", "upc ean",
    ),
    "price": (
        "price", "regular price", "sale price", "unit price", "retail price", "list price",
        "selling price", "variant price", "price tax excl", "price tax incl", "price tax included",
        "preis", "verkaufspreis", "vk", "vk preis", "vk brutto", "bruttopreis", "nettopreis",
        "einzelpreis", "prix", "prix de vente", "prix ttc", "prix ht", "precio",
        "precio de venta", "pvp", "prezzo", "prezzo di vendita", "preco", "preco de venda",
        "prijs", "verkoopprijs", "unitprice", "amount", "current price",
    ),
    "compare_at": (
        "compare at price", "compare price", "msrp", "rrp", "uvp", "old price", "was price",
        "original price", "streichpreis", "alter preis", "prix barre", "ancien prix",
        "precio anterior", "precio original", "prezzo originale", "prezzo precedente",
        "preco antigo", "oude prijs", "adviesprijs", "variant compare at price",
    ),
    "cost": (
        "cost", "cost price", "cost per item", "wholesale price", "purchase price", "buying price",
        "einkaufspreis", "ek", "ek preis", "prix d achat", "prix de revient", "precio de coste",
        "precio de compra", "costo", "prezzo di acquisto", "custo", "preco de custo", "inkoopprijs",
        "cost of goods",
    ),
    "currency": ("currency", "currency code", "wahrung", "devise", "moneda", "valuta", "moeda"),
    "taxable": ("taxable", "charge tax", "steuerpflichtig", "tax status"),
    "tax_class": ("tax class", "tax category", "tax code", "steuerklasse", "tax rules id"),
    "quantity": (
        "quantity", "stock", "stock quantity", "inventory", "inventory count", "qty", "on hand",
        "in stock quantity", "inventory quantity", "available quantity", "bestand", "lagerbestand",
        "menge", "lager", "quantite", "existencias", "cantidad", "quantita", "giacenza",
        "quantidade", "estoque", "voorraad", "aantal", "stock on hand", "units in stock",
    ),
    "tracked": ("track inventory", "manage stock", "track stock", "inventory tracked"),
    "policy": (
        "inventory backorderable", "backorderable", "backorders", "allow backorders",
        "continue selling when out of stock", "inventory policy", "text if back order allowed yes",
    ),
    "low_threshold": ("low stock", "low stock amount", "low stock threshold", "mindestbestand"),
    "status": ("status", "product status", "etat", "estado", "stato"),
    "published": (
        "published", "active", "enabled", "visible", "online", "aktiv", "sichtbar", "actif",
        "publie", "activo", "publicado", "attivo", "pubblicato", "ativo", "actief", "is active",
        "is published",
    ),
    "publish_at": ("available on", "publish at", "publish date", "published at", "available from"),
    "featured": ("featured", "is featured", "empfohlen", "mis en avant", "destacado"),
    "seo_title": (
        "seo title", "meta title", "metatitle", "page title", "seo titel", "meta titel",
        "titre seo", "meta titre", "titulo seo", "meta titolo",
    ),
    "seo_description": (
        "seo description", "meta description", "metadescription", "seo beschreibung",
        "meta beschreibung", "description seo", "descripcion seo", "meta descrizione",
    ),
    "image": (
        "image", "images", "image url", "image urls", "image src", "image link", "picture",
        "picture url", "photo", "photos", "main image", "featured image", "thumbnail", "bild",
        "bilder", "bild url", "bildlink", "image principale", "imagen", "imagenes", "foto",
        "immagine", "immagini", "imagem", "imagens", "afbeelding", "afbeeldingen",
        "additional image link", "product image", "image file",
    ),
    "image_alt": ("image alt", "image alt text", "alt text", "alt", "alternativtext"),
    "weight": (
        "weight", "gross weight", "net weight", "gewicht", "poids", "peso", "shipping weight",
        "versandgewicht",
    ),
    "weight_unit": ("weight unit", "weight units", "gewichtseinheit"),
    "length": ("length", "depth", "lange", "tiefe", "longueur", "profondeur", "largo",
               "profundidad", "lunghezza", "profondita", "comprimento", "lengte", "diepte"),
    "width": ("width", "breite", "largeur", "ancho", "larghezza", "largura", "breedte"),
    "height": ("height", "hohe", "hoehe", "hauteur", "alto", "altura", "altezza", "hoogte"),
    "length_unit": ("dimensions unit", "dimension unit", "length unit", "size unit"),
    "requires_shipping": ("requires shipping", "shippable", "versandpflichtig"),
    "shipping_class": ("shipping class", "shipping category", "versandklasse"),
    "digital": ("digital", "is digital", "downloadable", "virtual"),
    "gift_card": ("gift card", "is gift card"),
    "hs_code": ("hs code", "customs code", "commodity code", "tariff number", "zolltarifnummer"),
    "origin_country": ("country of origin", "origin country", "herkunftsland", "made in"),
    "minimum_quantity": ("minimum quantity", "minimum order quantity", "moq", "mindestmenge"),
    "options": ("options", "variant options", "varianten", "declinaisons"),
    "upsells": ("upsells", "up sells"),
    "cross_sells": ("cross sells", "accessories", "zubehor", "accessoires"),
    "related": ("related", "related products", "ahnliche artikel"),
}  # fmt: skip

OPTION_NAMES: tuple[str, ...] = (
    "size", "color", "colour", "material", "flavour", "flavor", "scent", "style option",
    "grosse", "groesse", "farbe", "taille", "couleur", "talla", "tamano", "taglia", "misura",
    "colore", "tamanho", "cor", "maat", "kleur", "pattern", "finish", "capacity",
)  # fmt: skip
"""Columns that hold an option's value where a product has several rows."""

BY_NAME: dict[str, str] = {name: target for target, names in SYNONYMS.items() for name in names}
