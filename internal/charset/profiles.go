package charset

import (
	"strings"
	"sync"
	"unicode"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
)

// fallback is the encoding of pages that declare none, by the HTML standard.
const fallback = "windows-1252"

// profile describes the characters of one language that are not ASCII.
type profile struct {
	language string // ISO 639-1 code
	weights  map[rune]float64
	script   *unicode.RangeTable // further letters; may be nil
}

// candidate is an encoding with the profiles of the languages that use it.
type candidate struct {
	name     string
	encoding encoding.Encoding
	profiles []profile
}

// legacyEncodings lists the languages of each candidate encoding.
var legacyEncodings = []struct{ name, languages string }{
	{fallback, "fr de es it pt nl sv da no fi is en"},
	{"windows-1251", "ru uk bg sr"},
	{"koi8-r", "ru"},
	{"koi8-u", "uk"},
	{"iso-8859-5", "ru bg sr"},
	{"windows-1250", "pl cs sk hu ro hr sl"},
	{"iso-8859-2", "pl cs sk hu ro hr sl"},
	{"windows-1253", "el"},
	{"windows-1254", "tr"},
	{"windows-1255", "he"},
	{"windows-1256", "ar fa"},
	{"windows-1257", "lt lv et"},
	{"windows-874", "th"},
	{"shift_jis", "ja"},
	{"euc-jp", "ja"},
	{"gb18030", "zh-hans"},
	{"big5", "zh-hant"},
	{"euc-kr", "ko"},
}

// alphabets lists the frequent and the other letters of each language, in lower case. For
// ideographs and syllables it lists the frequent characters of legal texts.
var alphabets = map[string]struct {
	common, letters string
	script          *unicode.RangeTable
}{
	"fr":      {common: "éèàêçô", letters: "îùûâëïœüæÿ"},
	"de":      {common: "äöüß", letters: "é"},
	"es":      {common: "áéíóúñ", letters: "üºª¿¡"},
	"it":      {common: "àèéìòù", letters: "îóúíáª"},
	"pt":      {common: "ãáéíóúçõêâàôº", letters: "üª"},
	"nl":      {common: "éëïè", letters: "öüáóê"},
	"sv":      {common: "åäö", letters: "éü"},
	"da":      {common: "æøå", letters: "é"},
	"no":      {common: "æøå", letters: "éòô"},
	"fi":      {common: "äö", letters: "åšž"},
	"is":      {common: "áðéíóúýþæö"},
	"en":      {letters: "éèñüçï"},
	"ru":      {common: "оеаинтсрвлкмдпуяы", letters: "ьгзбчйхжшюцщэфъё"},
	"uk":      {common: "оаинтвірелскумдп", letters: "яьзбгчйхюїжшцєщфґ"},
	"bg":      {common: "аоиетнрсвлпдкмзъ", letters: "уягбчщжцшюхйфьѝ"},
	"sr":      {common: "аиоентрсвдкјумпл", letters: "збгцчшћжљњхфђџ"},
	"pl":      {common: "ąęółśżćńź"},
	"cs":      {common: "íáéěšřčžýůúťňóď"},
	"sk":      {common: "áíéčšžýúľôťňóďäĺŕ"},
	"hu":      {common: "áéöóőüíúű"},
	"ro":      {common: "ăâîșțşţ"},
	"hr":      {common: "čšžćđ"},
	"sl":      {common: "čšž"},
	"el":      {common: "αοιετσνηυρπκςμλωόίάήύέ", letters: "δγχθφβξζψώϊϋΐΰ"},
	"tr":      {common: "ıüşçöğ", letters: "âîûi̇"},
	"he":      {common: "יוהלאתמרבשנםעקח", letters: "דכפסטגצזןךףץְִֵֶַָֹּ"},
	"ar":      {common: "اليمنترةعودهبكسف", letters: "قحإأجشصخىطضذآغئثزظءؤ،؛؟ًٌٍَُِّْ", script: unicode.Arabic},
	"fa":      {common: "ایرندهوتمشبساز", letters: "کگپچژقحجصخطضذآغئثظءعلف،؛؟", script: unicode.Arabic},
	"lt":      {common: "ėįšųąžčęū"},
	"lv":      {common: "āīēšūņžļčķģ"},
	"et":      {common: "äõüö", letters: "šž"},
	"th":      {common: "านรอกเงวยลมสตทด่้ัีิ์", letters: "คพบแหะขปุูจช", script: unicode.Thai},
	"ja":      {common: "のにをはがとでたしてるいなれすまりかこさあおくもらうけえそめよだきつンスルトリアイクシラサカーテタド", letters: "個人情報利用者規約会社当本弊合場提供同意第条項お客様必要事以下登録変更法律保護管理ぁぃぅぇおかがぎぐげごさざじずぜぞちぢづねひびふへべほぼみむやゆわん", script: japaneseScript},
	"zh-hans": {common: "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子您信息服务私政策户网站公司条款权本或与及相关使进行数据保护收集法律提供内容所将其他任何此该如第三方我们", script: unicode.Han},
	"zh-hant": {common: "的一是在不了有和人這中大為上個國我以要他時來用們生到作地於出就分對成會可主發年動同工也能下過子您資訊料服務隱私權政策戶網站公司條款本或與及相關使進行保護收集法律提供內容所將其任何此該如第三方", script: unicode.Han},
	"ko":      {common: "이다의는에을를가하고한지로은정보개인용자사기수시제서리대회을니습합경우및위관동동의처보호약관", letters: "스일어그나여러도과와만게해부주전상있되및항조", script: unicode.Hangul},
}

// japaneseScript contains ideographs. Kana count by the alphabet alone, because other
// encodings contain them as well.
var japaneseScript = unicode.Han

// candidates returns the candidate encodings. They are built on first use, because most
// pages are UTF-8.
var candidates = sync.OnceValue(func() []candidate {
	var list []candidate
	for _, l := range legacyEncodings {
		enc, _ := charset.Lookup(l.name)
		if enc == nil {
			continue
		}
		c := candidate{name: l.name, encoding: enc}
		for _, language := range strings.Fields(l.languages) {
			a := alphabets[language]
			c.profiles = append(c.profiles, profile{language: language[:2], weights: weightsOf(a.common, a.letters), script: a.script})
		}
		list = append(list, c)
	}
	return list
})

// weightsOf returns the weights of the frequent and of the other letters of a language.
func weightsOf(common, letters string) map[rune]float64 {
	m := make(map[rune]float64, len(common)+len(letters))
	for _, r := range letters {
		m[r] = letterWeight
	}
	for _, r := range common {
		m[r] = commonWeight
	}
	return m
}
