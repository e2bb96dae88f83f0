package date

import "slices"

// stopWords are words that may stand between a cue and its date, folded.
var stopWords = wordSet(`
	on as of from the is was since in at date dated this our these it its and a an to are been effective version by day st last most recently current first which will be become becomes starting beginning entry force
	le la les du de des au aux a est sont depuis ce cette ces en date jour partir compter et version l' d' l d
	am vom ab zum den dem der die das seit und mit wirkung ist sind datum version es dieser diese im jahr
	el los las del desde dia fecha con es esta y dia: al hoy
	il lo dal dello al in data giorno e dell' all' gli dell dall'
	o os as em desde dia da do na no e ao
	op van vanaf per het sinds met ingang is zijn dit deze en en:
	dnia z dniem od w dn dniu r roku i
	den fran och med fr o m f de det
	fra og pa til kl d
	alkaen lahtien
	od dne ke k ze dnem
	datuma dana od dne
	napjatol
	de la din data incepand cu
	от с со г года з року від дня датата на
	απο την στις το της και
	tarih tarihi tarihinde: :
	sejak pada tanggal mulai dari tarikh
	ngay tu vao luc ke
	ביום מיום ב מ החל מ- ב- יום בתאריך
	في من تاريخ بتاريخ يوم اعتبارا اعتبارًا هو إلى
	को से दिनांक है तारीख
	เมื่อ วันที่ ตั้งแต่
	use service services sale user users website site cookie cookies data protection processing general utilisation vente generales uso servicio servizio privacidad nutzung allgemeine geschafts general's privacy legal
	sunday monday tuesday wednesday thursday friday saturday sun mon tue tues wed thu thur thurs fri sat
	dimanche lundi mardi mercredi jeudi vendredi samedi sonntag montag dienstag mittwoch donnerstag freitag samstag
	domingo lunes martes miercoles jueves viernes sabado domenica lunedi martedi mercoledi giovedi venerdi
	maandag dinsdag woensdag donderdag vrijdag zaterdag zondag segunda-feira terca-feira quarta-feira quinta-feira sexta-feira
	no. nr. n° nr number v ver rev edition am/pm utc gmt № n.º
	dd mm yy yyyy tt jj jjjj aa aaaa gg
	li thang
	by board приказом директора генерального наказом распоряжением`)

// unspacedStopWords are strings that may stand between a cue and its date in scripts
// without spaces.
var unspacedStopWords = []string{"は", "日付", "日期", "時間", "时间", "日", "を", "于", "於", "为", "為", "の", "に", "自", "从", "自从", "より", "最近", "版本", "版", "이", "약관은", "방침은", "は、", "規約", "約款", "ポリシー", "方針", "協議", "协议", "政策", "条款", "條款", "声明", "약관", "방침", "정책", "เมื่อ", "วันที่", "ตั้งแต่", "ณ", "은", "는", "から"}

// isUnspacedStopWord reports whether s is one of unspacedStopWords.
func isUnspacedStopWord(s string) bool { return slices.Contains(unspacedStopWords, s) }

// documentTerms are stems of names for legal documents, folded.
var documentTerms = newStemSet(
	"polic", " terms", "notice", "agreement", "statement", "conditions", "document", "version", "guideline", " rules", "this page", "addendum", " contract", " eula", "disclosure", " tos", " t&c", "privacy", " charter", "code of conduct", " schedule", " appendix", " imprint", " license", " licence",
	"politique", "charte", " cgu", " cgv", "mentions legales", " presente", " present document", " les present", " la present", " present contrat", "declaration", "contrat", "confidentialite", "reglement interieur", " clauses", " engagement",
	"datenschutz", "bedingung", " agb", "erklarung", "hinweis", "fassung", "vereinbarung", "impressum", "bestimmung", "vertrag", "leitlinie", "grundsatze", " ordnung",
	"politica", "terminos", "condiciones", " aviso", "declaracion", "contrato", "este documento", " normas",
	"informativa", "condizioni", " termini", "contratto", "accordo", "presente",
	"termos", "condicoes", " acordo", "declaracao", " aviso",
	"privacyverklaring", "voorwaarden", " beleid", "verklaring", "overeenkomst", " reglement", "privacystatement",
	"polityk", "regulamin", " warunk", " umow", "oswiadczen", "niniejsz",
	"policy", " villkor", "integritet", " avtal", "vilkar", "betingelser", "erklaering", " aftale", " avtale", "retningslinjer",
	" ehdot", "seloste", "kaytanto", "kayttoehdot", "podmink", " zasady", "prohlaseni", "smlouv", "podmienk", "zmluv", " zasad",
	" pogoji", "pravila", " uvjeti", " uslovi", "politika", " izjava", "szabalyzat", "tajekoztato", "feltetel", " aszf", " termeni", "conditii", "politic", "conditiile",
	"политик", "условия", "условий", "правила", "соглашение", "договор", "положение", "оферт", "політик", "умов", "правил", "угод", "декларация", "общи",
	"πολιτικη", "οροι", "δηλωση", "ορους", "tingimused", "poliitika", "noteikumi", "taisykl", "salygos", "condicions",
	"sozlesme", "kosul", "aydinlatma", "ketentuan", "kebijakan", " syarat", " dasar", " terma", " notis", "chinh sach", "dieu khoan", "thoa thuan",
	"מדיניות", "תנאי", "תקנון", "הסכם", "سياسة", "شروط", "اتفاقية", "إشعار", "नीति", "शर्त", "समझौता", "นโยบาย", "ข้อกำหนด", "เงื่อนไข", "ประกาศ",
	"規約", "ポリシー", "方針", "約款", "規程", "規定", "本契約", "ガイドライン", "協議", "协议", "政策", "条款", "條款", "声明", "聲明", "规则", "規則", "须知", "公约", "约定", "약관", "방침", "정책", "계약", "처리방침", "운영정책", "규칙",
)

// lawTerms are stems of names for laws, court decisions and the like, folded. A date next to
// such a name is not a date of the document.
var lawTerms = newStemSet(
	"gdpr", "ccpa", "cpra", "lgpd", "dsgvo", "ds-gvo", "rgpd", "(eu)", "(ue)", "(eg)", "(ce)", "directive", "regulation", " act ", " act,", " law ", " law,", " laws", "statute", "decree", "court", "judgment", "judgement", "decision", "treaty", "convention", "legislation", "amendment act",
	"gesetz", "verordnung", "richtlinie", "urteil", "beschluss", "gericht", "bdsg", "tmg", "ddg",
	"loi ", "loi,", "decret", "ordonnance", "arrete", "reglement (", "reglement europeen", "reglement general", "reglement n", "reglement ue", "arret ",
	"ley ", "reglamento", "directiva", "sentencia", "legge", "regolamento", "direttiva", "d.lgs", "decreto", "sentenza", "provvedimento",
	"lei n", " lei ", "regulamento", "diretiva", "verordening", "richtlijn", " wet ", "vonnis",
	"ustaw", "rozporzadzeni", "dyrektyw", "forordning", "direktiv", "lagen ", "loven ", "asetus", "narizeni", "zakon", "smernice", "nariadeni", "uredb", "rendelet", "torveny", "regulament", "legea", "lege ", "регламент", "закон", "директив", "κανονισμ", "νομο", "kanun", "yonetmelik", "undang-undang", "luat", "nghi dinh", "חוק", "תקנות", "قانون", "अधिनियम", "พระราชบัญญัติ", "พ.ร.บ",
	"法律", "個人情報保護法", "个人信息保护法", "條例", "条例", "保護法", "保护法", "網絡安全法", "网络安全法", "법률", "보호법", "시행령",
)

// formerTerms are stems of words for former versions, folded.
var formerTerms = newStemSet(
	"previous", "prior ", "former", "earlier", "old version", "older", "archive", "supersede", "superseded", "replaces", "replaced", "last version of our", "expired", "original",
	"precedent", "ancien", "anterieur", "archiv", "remplace", "bisherig", "fruher", "vorherig", "vorige", "alte ", "alten ", "ersetzt", "vorhergehend",
	"anterior", "antigu", "sustituye", "reemplaza", "precedent", "sostituisce", "substitui", "eerdere", "vervangt", "poprzedni", "zastepuje", "archiwaln", "tidigare", "ersatter", "tidligere", "erstatter", "aiemm", "predchozi", "predchadz", "korabbi", "предыдущ", "попередн", "предишн", "προηγουμεν", "onceki",
	"旧版", "舊版", "以前", "過去", "历史版本", "上一版", "이전", "השוואה", "السابق",
)

// partTerms are names for parts of a document. Their dates are not dates of the whole.
var partTerms = wordSet(`article articles section sections paragraph clause annex annexe appendix chapter artikel abschnitt ziffer paragraf articulo seccion apartado clausula articolo sezione artigo seccao`)

// applicabilityTerms are stems of words for the validity or the change of a document, folded.
var applicabilityTerms = newStemSet(
	"appl", "effect", "force", "valid", "updated", "revised", "current", "accurate", "s'applique", "vigueur", "gilt", "gelten", "gultig", "aplica", "vigor", "vige", "applica", "gelden", "geldt", "van toepassing", "obowiazuj", "galler", "gaelder", "gjelder", "действ", "تسري", "يسري", "سارية", "مفعول", "نافذ", "تطبق", "amend", "modifi", "change",
)

// selfReferenceTerms are stems of words with which a document refers to itself, folded.
var selfReferenceTerms = newStemSet(
	" this ", " these ", " our ", " the present", " dies", " vorliegend", " present", " la present", " les present", " est", " questa ", " questo ", " esta ", " este ", " deze ", " dit ", " onze ", " niniejsz", " denna ", " detta ", " denne ", " dette ", " tama ", " tato ", " tento ", " tyto ", " jelen ", " prezent", "настоящ", "цей ", "ця ", " bu ", " ini ", "本", "この", "이 ", "هذه", "هذا",
)

// rangeTerms are words after the first date of a range, folded.
var rangeTerms = wordSet(`to au al till until through - bis jusqu'au jusqu au hasta fino al tot t/m do til till ate ate: до до. a`)
