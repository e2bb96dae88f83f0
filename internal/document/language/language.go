// Package language tells which language a text is in.
package language

import (
	"strings"
	"unicode"
)

// stopWords are the commonest short words of each language that are not common
// in the others of the list.
var stopWords = map[string][]string{
	"en": strings.Fields("the of and to in that is for with you your we our this are or be not by on any may"),
	"fr": strings.Fields("le la les des du et de vous nous votre nos dans pour que est une sur par au aux sont avec ou"),
	"de": strings.Fields("der die das und den von zu mit sie wir ist im für nicht auf ein eine oder wird ihre werden durch bei"),
	"es": strings.Fields("el los las de y que en para con por su usted nosotros una del se nuestros sus o como al"),
	"it": strings.Fields("il di e che per con del della i gli le non una nel sono dei delle si da ai alla o"),
	"pt": strings.Fields("o os as de e que em para com por seu você nós uma do da dos das não se ou nossos ao"),
	"nl": strings.Fields("de het een van en in dat op te voor met zijn wij uw niet of door aan wordt deze bij u onze"),
	"pl": strings.Fields("i w z na do że się nie jest oraz przez lub dla od które po są w ramach użytkownika jego"),
	"sv": strings.Fields("och att det som en på är för av med till den inte vi du dina om eller våra har kan vid"),
	"da": strings.Fields("og at det som en på er for af med til den ikke vi du dine om eller vores har kan ved når"),
	"no": strings.Fields("og at det som en på er for av med til den ikke vi du dine om eller våre har kan ved når hvis"),
	"fi": strings.Fields("ja on että ei tai sekä voi olla kun jos myös me sen ovat mukaan tämä tietoja palvelun"),
	"cs": strings.Fields("a v na je se že s z do pro nebo o k jsou které jako od podle při vaše"),
	"ro": strings.Fields("și de la în cu pe nu care pentru sau este din prin dumneavoastră sunt ale să"),
	"hu": strings.Fields("a az és hogy nem egy is vagy meg azt ha csak valamint által személyes adatok"),
	"tr": strings.Fields("ve bir bu için ile olarak veya da de kişisel tarafından olan her gibi daha"),
	"ca": strings.Fields("i els les de que en per amb una del la al no es seva dels o vostra"),
}

// Of is the ISO 639-1 code of a text: the script where it tells, else the
// stop words; what the page declares decides only where the text does not.
func Of(text, declared string) string {
	declared, _, _ = strings.Cut(strings.ToLower(strings.ReplaceAll(strings.TrimSpace(declared), "_", "-")), "-")
	sample := text
	if len(sample) > 20_000 {
		from := min(2_000, len(sample)/10)
		sample = strings.ToValidUTF8(sample[from:from+18_000], "")
	}
	if l := byScript(sample); l != "" {
		if l == "ru" && (declared == "uk" || declared == "bg" || declared == "sr") {
			return declared
		}
		return l
	}
	counts := map[string]int{}
	fields := strings.Fields(strings.ToLower(sample))
	for _, f := range fields {
		for _, l := range stopIndex[strings.Trim(f, ".,;:()\"'")] {
			counts[l]++
		}
	}
	best := ""
	for l, n := range counts {
		if best == "" || n > counts[best] || n == counts[best] && (l == declared || best != declared && l < best) {
			best = l
		}
	}
	if best == "" || counts[best]*20 < len(fields) {
		if len(declared) == 2 {
			return declared
		}
		if len(fields) < 20 {
			return ""
		}
	}
	if declared == "nb" || declared == "nn" {
		declared = "no"
	}
	// Near relatives: the declaration decides between them if they are close.
	if n, ok := counts[declared]; ok && n*100 >= counts[best]*93 {
		return declared
	}
	return best
}

var stopIndex = func() map[string][]string {
	m := map[string][]string{}
	for l, ws := range stopWords {
		for _, w := range ws {
			m[w] = append(m[w], l)
		}
	}
	return m
}()

// byScript tells languages that have a script of their own.
func byScript(s string) string {
	var all, han, kana, hangul, cyrillic, greek, arabic, hebrew, thai, deva int
	for _, r := range s {
		if !unicode.IsLetter(r) {
			continue
		}
		all++
		switch {
		case r < 0x370:
		case unicode.Is(unicode.Han, r):
			han++
		case unicode.In(r, unicode.Hiragana, unicode.Katakana):
			kana++
		case unicode.Is(unicode.Hangul, r):
			hangul++
		case unicode.Is(unicode.Cyrillic, r):
			cyrillic++
		case unicode.Is(unicode.Greek, r):
			greek++
		case unicode.Is(unicode.Arabic, r):
			arabic++
		case unicode.Is(unicode.Hebrew, r):
			hebrew++
		case unicode.Is(unicode.Thai, r):
			thai++
		case unicode.Is(unicode.Devanagari, r):
			deva++
		}
	}
	switch {
	case all == 0:
		return ""
	case kana*10 > all:
		return "ja"
	case hangul*5 > all:
		return "ko"
	case han*5 > all:
		return "zh"
	case cyrillic*2 > all:
		return "ru"
	case greek*2 > all:
		return "el"
	case arabic*2 > all:
		return "ar"
	case hebrew*2 > all:
		return "he"
	case thai*2 > all:
		return "th"
	case deva*2 > all:
		return "hi"
	}
	return ""
}
