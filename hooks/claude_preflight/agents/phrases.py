"""The phrases by which a model is turned around, as expressions, in the languages that they are written in.

A table's rows are stems, in lower case, and the expression to try where one of them stands, so that few places cost.
"""

from __future__ import annotations

import re

from claude_preflight.late import late

_GAP = r"(?:[\s*_~]|</?[A-Za-z]\w{0,9}>|<!--[^<>\n]{0,80}-->){1,20}"


def _phrase(pattern: str) -> re.Pattern[str]:
    """Return `pattern` with each blank standing for what Markdown may have between words: blanks, emphasis, tags."""
    return late(pattern.replace(" ", _GAP), re.IGNORECASE)


# --- to drop the instructions ---------------------------------------------------------------------------------------

_WORDS = r"(?:(?:all|any|every|each|the|of|your|my|our|these|those|other|single|entire) ){0,5}"
_EARLIER = (
    r"(?:(?:previous|prior|earlier|preceding|above|former|foregoing|past|system|developer|safety|security"
    r"|previously given)(?: (?:and|or))?,? ){1,3}"
)
_ORDERS = r"(?:instructions?|prompts?|directions?|directives?|orders|commands|guidelines|guardrails|programming)"
_LIMITS = r"(?:previous|prior|earlier|above|safety|security) (?:rules|constraints|restrictions|policies|safeguards)"
# What follows narrows it to one matter, as an honest prompt may.
_NOT_NARROWED = (
    r"(?![A-Za-z0-9])(?! (?:about|regarding|concerning|related|relating|that|which|unless|if|when|from|found|inside"
    r"|embedded|contained|on|in|within|like|such|attacks?|attempts?|injections?|or similar)\b)"
)
_DROP = (
    rf"(?: {_WORDS}{_EARLIER}{_ORDERS}"
    rf"| (?:all|any|every|your) {_WORDS}{_LIMITS}"
    r"| (?:all (?:of )?)?your (?:(?:original|initial|core) )?"
    r"(?:instructions|guidelines|programming|training|guardrails)"
    r"| (?:everything|anything) (?:(?:that )?you (?:were|have been|['’]ve been) (?:told|taught|instructed)"
    r"|above|before this)"
    r"| (?:all|any) (?:of )?(?:the )?(?:instructions|prompts|directives) (?:above|before this|so far"
    rf"|given (?:above|before|earlier))){_NOT_NARROWED}"
)
_UNLEASHED = (
    r" (?:dan\b|(?:an? )?(?:unrestricted|unfiltered|uncensored|jailbroken|unshackled)\b"
    r"|in (?:god|jailbreak|unrestricted) mode|no longer (?:bound|restricted|limited|subject))"
)
_LAWS = r"(?:rules|guidelines|guardrails|restrictions|constraints|instructions|policies|safeguards|filters)"
_ANTERIORES = r"(?:anteriores|previas|prévias|precedentes)"
# A phrase starts with its stem, which is lower case, so that the expression is tried in few places.
OVERRIDES = (
    *((stem, _phrase(stem + _DROP)) for stem in ("ignore", "disregard", "forget", "discard")),
    ("override", _phrase(rf"override (?:all|any|your) {_WORDS}{_EARLIER}{_ORDERS}{_NOT_NARROWED}")),
    ("you are now", _phrase(rf"you are now{_UNLEASHED}")),
    (
        "you are no longer",
        _phrase(rf"you are no longer (?:bound|restricted|limited) by (?:all|any|your|the) {_WORDS}{_LAWS}"),
    ),
    ("bypass", _phrase(rf"bypass (?:all|any|your) {_WORDS}(?:safety|security|content) {_LAWS}{_NOT_NARROWED}")),
    (
        "do not follow",
        _phrase(rf"do not follow (?:any|all|the|your) {_WORDS}{_EARLIER}{_ORDERS}{_NOT_NARROWED}(?! of)"),
    ),
    ("pay no attention", _phrase(rf"pay no attention to {_WORDS}{_EARLIER}{_ORDERS}{_NOT_NARROWED}")),
    ("set aside", _phrase(rf"set aside (?:all|any|every) {_WORDS}{_EARLIER}{_ORDERS}{_NOT_NARROWED}")),
    (
        "stop following",
        _phrase(rf"stop following (?:all|any|your|the) {_WORDS}(?:{_EARLIER}{_ORDERS}|{_ORDERS} above){_NOT_NARROWED}"),
    ),
    ("ignora", _phrase(rf"ignorad? (?:todas )?(?:las|tus|sus) instrucciones {_ANTERIORES}")),
    (
        "ignore",
        _phrase(r"ignore[zr]? (?:toutes )?(?:les|tes|vos) (?:instructions|consignes) (?:précédentes|antérieures)"),
    ),
    ("ignor", _phrase(rf"ignor(?:e|a) (?:todas )?(?:as |suas )?instruções {_ANTERIORES}")),
    (
        "ignorier",
        _phrase(
            r"ignorier(?:e|en sie)? (?:alle )?(?:deine |ihre |die )?(?:vorherigen|bisherigen|vorigen|früheren"
            r"|vorangegangenen) (?:anweisungen|instruktionen|befehle)"
        ),
    ),
    ("ignora", _phrase(r"ignora(?:te)? (?:tutte )?(?:le|tue|vostre|(?:le )?tue) istruzioni (?:precedenti|anteriori)")),
    ("negeer", _phrase(r"negeer (?:alle )?(?:de )?(?:voorgaande|vorige|eerdere) (?:instructies|opdrachten)")),
    ("abaikan", _phrase(r"abaikan (?:semua )?(?:instruksi|perintah) (?:sebelumnya|di atas)")),
    ("zignoruj", _phrase(r"zignoruj (?:wszystkie )?(?:poprzednie|wcześniejsze) (?:instrukcje|polecenia)")),
)
FOREIGN_OVERRIDES = (
    (
        "игнориру",
        _phrase(r"игнорируй(?:те)? (?:все )?(?:предыдущие|прежние|ранние) (?:инструкции|указания)"),
    ),
    (
        "忽略",
        late(
            "忽略(?:掉)?(?:你)?(?:所有|全部)?(?:之前|以上|先前|前面|上述)(?:给你)?(?:的)?(?:所有|全部|一切)?(?:的)?"
            "(?:指令|指示|提示词?|命令)"
        ),
    ),
    ("이전", late(r"이전의?\s?(?:모든\s)?(?:지시|명령|지침)(?:사항)?(?:을|를)?\s?(?:모두\s)?무시")),
    ("önceki", _phrase(r"önceki (?:tüm |bütün )?(?:talimatları|komutları) (?:yok say|görmezden gel|unut)")),
    ("bỏ qua", _phrase(r"bỏ qua (?:tất cả )?(?:các )?(?:hướng dẫn|chỉ dẫn|lệnh) (?:trước|ở trên)")),
    ("تجاهل", _phrase(r"تجاهل (?:جميع |كل )?(?:التعليمات|الأوامر) السابقة")),
    ("これまでの", late("これまでの(?:すべての|全ての|全)?(?:指示|命令)を(?:すべて|全て)?(?:無視|忘れ)")),
    ("以前の", late("以前の(?:すべての|全ての|全)?(?:指示|命令)を(?:すべて|全て)?(?:無視|忘れ)")),
)
# Marks by which models tell the turns of a conversation apart, at the head of a line.
TURN_MARKS = (
    ("<|im_start|>", late(r"<\|im_start\|>[ \t]*(?:system|user|assistant)")),
    ("<|start_header_id|>", late(r"<\|start_header_id\|>[ \t]*(?:system|user|assistant)")),
    ("<<sys>>", late(r"<<SYS>>")),
    ("[inst]", late(r"\[INST\][ \t]*\S")),
)

# --- to keep something from the user --------------------------------------------------------------------------------

PEOPLE = ("the user", "the human", "the developer", "the operator", "the owner")
_USER = r"the (?:user|human|developer|operator|owner)s?"
_NEVER = r"(?:do not|don['’]t|never|you must not)(?: ever)?"
NEGATIONS = ("not ", "n't ", "n’t ", "never ", "hide ", "conceal ", "keep ", "without ")
_NOT_YET = r"(?![^.!?\n]{0,160}\b(?:until|unless|before|yet|if|when|because|already)\b)"
_DEED = (
    r"(?:read|ran|run|sent|accessed|executed|uploaded|collected|copied|deleted|installed|did this|made this"
    r"|are doing (?:this|so))"
)
_ABOUT = (
    r"(?: (?:about|of) (?:this|it|that|any of this|what you (?:did|do|are doing|have done))\b"
    rf"|(?: that)? you(?:['’]ve| have)? {_DEED}\b|(?=[ \t\r]*(?:[.!;)]|$)))"
)
CONCEAL = late(
    rf"\b{_NEVER} (?:(?:tell|inform|notify|alert) {_USER}{_ABOUT}"
    rf"|let {_USER} (?:know|notice) (?:about )?(?:this|it|what you (?:did|do|are doing))\b"
    rf"|(?:mention|disclose|reveal) (?:this|it|that|any of this) to {_USER}\b){_NOT_YET}"
    r"|\b(?:(?:hide|conceal|keep) what you (?:did|do|are doing|have done)|keep (?:this|it) (?:secret|hidden))"
    rf" from {_USER}\b",
    re.IGNORECASE | re.MULTILINE,
)
# In other languages only what ends its sentence, so that nothing narrows it, as "until" or what is kept back would.
_END = r"(?=[*_]{0,3}[^\S\n]*(?:[.!;)。！；）]|\r?\n|\Z))"
_NUTZER = r"(?:benutzer|nutzer|anwender)(?:in|innen|n)?"
_FAIT = r"(?:cela|ceci|ça|ce que tu (?:fais|as fait)|ce que vous (?:faites|avez fait))"
_HECHO = r"(?:esto|eso|ello|lo que (?:haces|hiciste|has hecho|estás haciendo))"
FOREIGN_CONCEAL = (
    (
        ("utilisateur",),
        _phrase(
            r"(?<!\w)(?:n['’](?:en )?(?:dis|dites|parle[zr]?|informe[zr]?|avertis(?:sez)?|alerte[zr]?)"
            r"|ne (?:(?:le|lui) )?(?:dis|dites|parle[zr]?|révèle[zr]?|signale[zr]?|mentionne[zr]?|préviens|prévenez))"
            r" (?:pas|rien|jamais)"
            rf"(?: (?:de )?{_FAIT})? (?:à )?l['’]utilisateur(?: (?:de )?{_FAIT})?{_END}"
            r"|(?<!\w)ne (?:pas|rien|jamais) (?:(?:le|en) )?"
            r"(?:dire|parler|révéler|signaler|mentionner|prévenir|informer|avertir)"
            rf"(?: (?:de )?{_FAIT})? (?:à )?l['’]utilisateur(?: (?:de )?{_FAIT})?{_END}"
        ),
    ),
    (
        ("usuario",),
        _phrase(
            r"(?<!\w)no (?:(?:se )?l[oe]s? )?(?:digas?|decir(?:le|les|selo)?|cuentes?|contar(?:le|les|selo)?|informes?"
            r"|informar|avises?|avisar|menciones?|mencionar|reveles?|revelar|notifiques?|notificar)"
            rf"(?: (?:nada(?: de {_HECHO})?|esto|eso|(?:de|sobre) {_HECHO}))? (?:al|a los) usuarios?"
            rf"(?: (?:nada(?: de {_HECHO})?|(?:(?:de|sobre) )?{_HECHO}))?{_END}"
        ),
    ),
    (
        ("usuário", "utilizador"),
        _phrase(
            r"(?<!\w)não (?:(?:o|lhe) )?(?:digas?|dizer|contes?|contar|avises?|avisar|informes?|informar|menciones?"
            r"|mencionar|reveles?|revelar|notifiques?|notificar)(?: (?:nada|isso|isto|(?:nada )?(?:disso|disto)|sobre"
            r" (?:isso|isto)))? (?:ao|aos|o|os|para o) (?:usuários?|utilizador(?:es)?)"
            rf"(?: (?:nada|(?:nada )?(?:disso|disto)|sobre (?:isso|isto)|o que (?:fez|você fez|está fazendo)))?{_END}"
        ),
    ),
    (
        ("nutzer", "anwender"),
        _phrase(
            r"(?<!\w)(?:sag|erzähl|verrat|meld)(?:e|en sie|et)?(?: (?:es|das|dies|davon))? (?:dem|den|der) "
            rf"{_NUTZER}(?: (?:es|das|dies|davon))? (?:nichts|nicht|niemals|kein wort)"
            rf"(?: (?:davon|darüber|hiervon))?{_END}"
            rf"|(?<!\w)(?:informier|benachrichtig|unterricht)(?:e|en sie|et)? (?:den|die) {_NUTZER} (?:nicht|niemals)"
            rf"(?: (?:davon|darüber|hiervon))?{_END}"
            r"|(?<!\w)erwähn(?:e|en sie|t)? (?:das|dies|es|davon)"
            rf" (?:nicht gegenüber dem {_NUTZER}|gegenüber dem {_NUTZER} nicht){_END}"
            rf"|(?<!\w)(?:dem|den|der) {_NUTZER} (?:nichts (?:davon )?(?:sagen|erzählen|verraten)"
            rf"|nicht (?:davon |darüber )?informieren){_END}"
            rf"|(?<!\w)(?:verschweig|verheimlich)(?:e|en sie|t)?(?: (?:es|das|dies))? (?:dem|den|der) {_NUTZER}"
            rf"(?: (?:es|das|dies))?{_END}"
        ),
    ),
    (
        ("utente",),
        _phrase(
            r"(?<!\w)non (?:dire|dirlo|dite|ditelo|dica|parlarne|menzionare|menzionarlo|rivelare|rivelarlo|informare"
            r"|avvisare|avvertire)(?: (?:nulla|niente|questo))?(?: di (?:questo|ciò))? (?:(?:al|con )?l['’])utente"
            rf"(?: (?:nulla|niente|di (?:questo|ciò)))?{_END}"
        ),
    ),
)
FOREIGN_SCRIPT_CONCEAL = (
    (
        ("пользовател",),
        _phrase(
            r"(?<!\w)(?:(?:никогда|ничего) )?не (?:сообщай|говори|рассказывай|упоминай)(?:те)?"
            r"(?: (?:об этом|этого|ничего))?"
            r" (?:пользовател(?:ю|ям)|(?:(?:в разговоре|при общении) )?с пользовател(?:ем|ями))"
            rf"(?: (?:об этом|этого|ничего|(?:о том, )?что (?:ты )?(?:делаешь|сделал)))?{_END}"
            r"|(?<!\w)(?:никогда )?не (?:уведомляй|информируй|предупреждай)(?:те)?(?: об этом)? пользовател(?:я|ей)"
            rf"(?: об этом)?{_END}"
        ),
    ),
    (
        ("用户", "用戶", "使用者"),
        late(
            r"(?:绝对?|絕對?|千万|千萬|切)?(?:不要|不得|不准|不许|不許|不能|别|別|勿|请勿|請勿|禁止)"
            r"(?:再)?(?:(?:把|将|將)?(?:这件事|這件事|此事|这一点|這一點|这些|這些|这个|這個|这|這|此)(?:情况)?)?"
            r"(?:(?:告诉|告訴|告知|通知|透露给|透露給)(?:用户|用戶|使用者)|(?:跟|对|對|向|和)(?:用户|用戶|使用者)"
            r"(?:提起|提及|提到|透露|说明|說明|说|說|提)|让(?:用户|用戶|使用者)(?:知道|发现|察觉))"
            r"(?:(?:关于|關於)?(?:这件事|這件事|此事|这一点|這一點|这些|這些|这个|這個|任何(?:事情|内容|內容|信息)"
            rf"|你(?:做了|在做|正在做)(?:什么|什麼|的事情?)))?{_END}"
        ),
    ),
    (
        ("ユーザ",),
        late(
            r"(?:(?:この(?:こと|件|操作|作業|内容)|これ|それ)(?:は|を|については?)?、?)?ユーザー?(?:に|へ)(?:は|も)?、?"
            r"(?:絶対に|決して)?(?:(?:この(?:こと|件|操作|作業|内容)|これ|それ|何)(?:は|を|も|については?))?"
            r"(?:言わ|伝え|知らせ|報告し|教え|話さ|明かさ|通知し|告げ)"
            rf"(?:ないで(?:ください|下さい|くれ)?|ないこと|てはいけません|てはいけない|てはならない){_END}"
            r"|(?:(?:この(?:こと|件)|これ|それ)(?:は|を))?ユーザー?に(?:は)?"
            r"(?:言うな|伝えるな|知らせるな|教えるな|話すな|内緒にし(?:て|ろ)|秘密にし(?:て|ろ))(?:ください|下さい|おいて)?"
            rf"{_END}"
        ),
    ),
    (
        ("사용자",),
        late(
            r"(?:(?:절대로?|결코)\s)?(?:(?:이|그)\s?(?:사실|일|작업|내용|것|문장|지시)?(?:을|를|은|는|에\s?대해서?는?)\s)?"
            r"(?:절대로?\s)?사용자에게(?:는)?\s(?:(?:이|그)\s?(?:사실|일|작업|내용|것)?(?:을|를|은|는|에\s?대해서?는?)\s)?"
            r"(?:아무것도\s)?(?:절대로?\s)?(?:알리|말하|말씀드리|언급하|보고하|전달하|밝히|공개하)지\s?"
            rf"(?:마세요|마십시오|마시오|마라|말라|말\s?것|말아야\s?(?:한다|합니다)|말아\s?주세요|말아){_END}"
        ),
    ),
)
BEHIND_BACK = late(rf"\bwithout (?:telling|informing|notifying|asking|alerting) {_USER}\b", re.IGNORECASE)
