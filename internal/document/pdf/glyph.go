package pdf

import (
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// glyphNames maps glyph names of the Adobe Glyph List to text. Plain letters and letters with
// accents are not listed: glyphText derives them.
var glyphNames = func() map[string]string {
	m := map[string]string{}
	fields := strings.Fields(`space - exclam ! quotedbl " numbersign # dollar $ percent % ampersand & quotesingle ' parenleft ( parenright )
		asterisk * plus + comma , hyphen - minus − period . slash / zero 0 one 1 two 2 three 3 four 4 five 5 six 6 seven 7 eight 8 nine 9
		colon : semicolon ; less < equal = greater > question ? at @ bracketleft [ backslash \ bracketright ] asciicircum ^ underscore _ grave ` + "`" + `
		braceleft { bar | braceright } asciitilde ~ exclamdown ¡ cent ¢ sterling £ currency ¤ yen ¥ brokenbar ¦ section § dieresis ¨ copyright ©
		ordfeminine ª guillemotleft « logicalnot ¬ registered ® macron ¯ degree ° plusminus ± acute ´ mu µ paragraph ¶ periodcentered · cedilla ¸
		ordmasculine º guillemotright » onequarter ¼ onehalf ½ threequarters ¾ questiondown ¿ AE Æ ae æ OE Œ oe œ Oslash Ø oslash ø Eth Ð eth ð
		Thorn Þ thorn þ germandbls ß Lslash Ł lslash ł dotlessi ı multiply × divide ÷ quoteleft ‘ quoteright ’ quotesinglbase ‚ quotedblleft “
		quotedblright ” quotedblbase „ guilsinglleft ‹ guilsinglright › dagger † daggerdbl ‡ bullet • ellipsis … perthousand ‰ endash – emdash —
		Euro € trademark ™ fi fi fl fl ff ff ffi ffi ffl ffl fraction ⁄ florin ƒ circumflex ˆ tilde ˜ breve ˘ dotaccent ˙ ring ˚ hungarumlaut ˝
		ogonek ˛ caron ˇ Dcroat Đ dcroat đ Hbar Ħ hbar ħ Tbar Ŧ tbar ŧ lozenge ◊ arrowright → arrowleft ← checkmark ✓ triangleright ▸ H18533 ■
		alpha α beta β gamma γ delta δ epsilon ε zeta ζ eta η theta θ iota ι kappa κ lambda λ nu ν xi ξ omicron ο pi π rho ρ sigma σ sigma1 ς tau τ upsilon υ phi φ chi χ psi ψ omega ω`)
	for i := 0; i+1 < len(fields); i += 2 {
		m[fields[i]] = fields[i+1]
	}
	m["space"], m["nbspace"], m["nonbreakingspace"] = " ", " ", " "
	m["sfthyphen"], m["softhyphen"] = "\u00ad", "\u00ad"
	return m
}()

// accentSuffixes maps the suffixes of glyph names to combining marks.
var accentSuffixes = []struct {
	name string
	mark rune
}{
	{"hungarumlaut", 0x30b}, {"commaaccent", 0x327}, {"circumflex", 0x302}, {"dotaccent", 0x307}, {"dieresis", 0x308}, {"cedilla", 0x327},
	{"macron", 0x304}, {"ogonek", 0x328}, {"acute", 0x301}, {"grave", 0x300}, {"tilde", 0x303}, {"caron", 0x30c}, {"breve", 0x306}, {"ring", 0x30a},
}

// glyphText returns the text of a glyph name, or "" if the name is unknown.
func glyphText(n string) string {
	n, _, _ = strings.Cut(n, ".") // a.sc, one.oldstyle
	if len(n) == 1 {
		return n
	}
	if t, ok := glyphNames[n]; ok {
		return t
	}
	for _, prefix := range []string{"uni", "u"} {
		if rest, ok := strings.CutPrefix(n, prefix); ok && len(rest) >= 4 && len(rest) <= 6 {
			if v, err := strconv.ParseUint(rest, 16, 32); err == nil && v < 0x110000 && (v < 0xd800 || v > 0xdfff) {
				return string(rune(v))
			}
		}
	}
	if v, err := strconv.Atoi(strings.TrimPrefix(n, "afii")); err == nil && strings.HasPrefix(n, "afii") {
		switch { // the Cyrillic letters, in the order of the alphabet
		case v >= 10017 && v <= 10022:
			return string(rune(0x410 + v - 10017))
		case v >= 10024 && v <= 10049:
			return string(rune(0x416 + v - 10024))
		case v >= 10065 && v <= 10070:
			return string(rune(0x430 + v - 10065))
		case v >= 10072 && v <= 10097:
			return string(rune(0x436 + v - 10072))
		}
	}
	for _, a := range accentSuffixes {
		if letter, ok := strings.CutSuffix(n, a.name); ok && len(letter) == 1 {
			return norm.NFC.String(letter + string(a.mark))
		}
	}
	return ""
}
