"""The field page's fixed words in Arabic."""

from __future__ import annotations

from vedette.web.field.phrases.kinds import FieldWords

WORDS = FieldWords(
    language="ar",
    answers={"acknowledged": "قرأته", "safe": "أنا بأمان", "needs_help": "أحتاج إلى مساعدة"},
    ends={"expired": "انتهت المدة", "cancelled": "ملغى", "all_clear": "زال الخطر"},
    ends_because={
        "expired": "انتهى هذا التحذير. اسأل قبل أن تعمل به.",
        "cancelled": "أُلغي هذا التحذير.",
        "all_clear": "زال الخطر.",
    },
    answer_now="أجب الآن",
    answer_again="يمكنك الإجابة من جديد",
    answered="سُجّل",
    answered_before="أجبت عن رسالة سابقة. تغيّر التحذير: أجب من جديد.",
    attested="أجاب شخص آخر عنك",
    not_recorded="لم يُسجّل",
    help_next="إن استطعت، فاتصل أيضًا بالهاتف أو باللاسلكي:",
    note="أضف ملاحظة (اختياري)",
    note_hint="أين أنت وماذا تحتاج. اكتبها قبل أن تضغط زرًا.",
    as_whom="تجيب باسم {name}. هذه الصفحة لك وحدك.",
    in_time="بعد {span}",
    ago="قبل {span}",
    begins="يبدأ",
    ended="انتهى",
    changed="ما الذي تغيّر",
    earlier="ما قاله التحذير من قبل",
    details="تفاصيل أخرى",
    map_of="خريطة منطقة التحذير، الشمال في الأعلى",
    inside="داخل المنطقة، ومنها: {names}.",
    around="خارجها لكن قريبة: {names}.",
    extent="نحو {width} كم من الغرب إلى الشرق و{height} كم من الشمال إلى الجنوب.",
    gone_title="هذه الصفحة غير موجودة",
    gone="العنوان غير كامل أو لم يعد مستخدمًا. افتح الرابط في رسالتك من جديد.",
    other_languages="اقرأه بلغة",
    days=("يوم", "أيام"),
    hour="س",
    minute="د",
)
