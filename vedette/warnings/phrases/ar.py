"""The fixed words in Arabic."""

from __future__ import annotations

from vedette.warnings.phrases.kinds import Ending, Words

WORDS = Words(
    kinds={"Alert": "تحذير", "Update": "تحديث", "Cancel": "ملغى", "AllClear": "زال الخطر"},
    changes={
        "Update": "تغيّر التحذير؛ اقرأه من جديد.",
        "Cancel": "كان التحذير خاطئًا أو لم يعد ساريًا.",
        "AllClear": "زال الخطر.",
    },
    warning="التحذير",
    source="من",
    to="إلى",
    audience="موجّه إلى",
    what="ماذا",
    impact="ما قد يسببه",
    where="أين",
    what_to_do="ماذا تفعل",
    when="متى",
    start="من",
    until="حتى",
    next_update="الخبر التالي",
    contact="للسؤال",
    confirm="أخبرنا أنك قرأت هذا، أو أنك بأمان، أو أنك تحتاج إلى مساعدة:",
    sent="أُرسل",
    silent_subject="لم يرد: {count}",
    silent_intro="لم يرد على هذا التحذير {count} من الأشخاص التابعين لك:",
    silent_intro_area="لم يرد على هذا التحذير {count} من الأشخاص في منطقتك:",
    silent_ask="تواصل معهم، ثم أخبرنا بما تعرفه:",
    filled_subject="أجاب عدد كافٍ",
    filled="أجاب عدد كافٍ من الناس: لم تعد هناك حاجة إليك في هذا الأمر، ولن يُطلب منك مرة أخرى. التحذير "
    "نفسه ما زال قائمًا.",
    missed_subject="فقط {answered} من {needed}",
    missed="من {needed} إجابات مطلوبة{of} وصلت {answered} في الوقت المحدد.",
    missed_of="، {name}",
    missed_next="يُطلب الآن من آخرين.",
    missed_last="لم يبق أحد يُطلب منه: انظر ما يمكن فعله.",
    days=("الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد"),
    months=(
        *("يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو"),
        *("يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر"),
    ),
    last="لا يُتوقع خبر آخر.",
    endings={
        "Cancel": Ending(
            headline="ملغى: {event}",
            description="أُلغي التحذير «{event}»: أُرسل خطأً أو لم يعد ساريًا.",
            instruction="تجاهل التحذير السابق. عد إلى العمل المعتاد.",
        ),
        "AllClear": Ending(
            headline="زال الخطر: {event}",
            description="زال خطر «{event}» في هذه المنطقة.",
            instruction="عد إلى العمل المعتاد.",
        ),
    },
    short_days=("الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد"),
    short_months=(
        *("يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو"),
        *("يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر"),
    ),
)
