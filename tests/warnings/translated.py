"""The good warning in Spanish: the same facts, so that the lint passes it too; and the beginning of one in Arabic."""

from __future__ import annotations

from tests.warnings.good import GOOD
from vedette.warnings.content import AreaWords, Translation

SPANISH = Translation(
    language="es",
    event="disparos contra patrullas",
    headline="Son probables disparos contra patrullas en la valla, de Chula Vista a Otay Mesa",
    source="Example Border Service, oficial de guardia del sector de San Diego",
    area=AreaWords(description="Línea de la valla de Chula Vista a Otay Mesa, hasta 5 km al norte de la frontera"),
    audience_note="Todo el personal del sector de San Diego. Los demás sectores no tienen que hacer nada.",
    description=(
        "Es probable (cerca del 60 %) que hombres armados disparen contra vehículos marcados desde el sur de la valla. "
        "Puede ocurrir a cualquier hora hasta el domingo 7 de diciembre de 2025, 06:00 PST."
    ),
    impact="Los disparos pueden matarlo o herirlo, en un vehículo o a pie.",
    instruction=(
        "Lleve chaleco antibalas fuera de los edificios.\n"
        "Quédese a cubierto cuando se detenga cerca de la valla.\n"
        "Comunique enseguida a la sala de guardia todo disparo o persona armada."
    ),
    next_update="viernes 5 de diciembre de 2025, 08:00 PST",
    contact="sala de guardia, teléfono +1 619 555 0100, canal de radio 1",
)
ARABIC = Translation(
    language="ar",
    event="إطلاق نار على الدوريات",
    headline="إطلاق نار على الدوريات مرجّح على طول السياج، من تشولا فيستا إلى أوتاي ميسا",
    area=AreaWords(description="خط السياج من تشولا فيستا إلى أوتاي ميسا، حتى 5 كم شمال الحدود"),
    description="من المرجّح (نحو 60%) أن يطلق مسلحون النار على المركبات حتى الأحد 7 ديسمبر 2025، 06:00 PST.",
    instruction="ارتدِ السترة الواقية خارج المباني.\nابقَ خلف ساتر عندما تقف قرب السياج.",
    contact="غرفة المناوبة، هاتف +1 619 555 0100، القناة 1",
)
#: The good warning, told in English and in Spanish.
TWO_TONGUES = GOOD.model_copy(update={"translations": (SPANISH,)})
