package pdf

import (
	"strings"
	"unicode/utf8"

	corefont "github.com/pdfcpu/pdfcpu/pkg/font"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
)

// font maps the character codes of a string to text and widths.
type font struct {
	bold               bool
	composite          bool // most codes have two bytes
	toUnicode          *cmap
	simpleText         [256]string       // text of one-byte codes
	predefinedEncoding encoding.Encoding // set for a composite font with a predefined CMap
	widths             map[uint32]float64
	defaultWidth       float64           // of codes without an entry in widths; thousandths of the font size
	cache              map[uint32]string // text by codeKey
}

// glyph is one character code of a string.
type glyph struct {
	text    string
	width   float64 // in units of the font size
	isSpace bool    // the single byte 32: word spacing applies to it
}

// font returns the font of a resource. It never returns nil: a damaged font maps no code to
// text.
func (f *file) font(o types.Object) *font {
	id := -1
	if r, ok := o.(types.IndirectRef); ok {
		id = r.ObjectNumber.Value()
		if known := f.fonts[id]; known != nil {
			return known
		}
	}
	d := f.dict(o)
	t := &font{widths: map[uint32]float64{}, defaultWidth: 500, cache: map[uint32]string{}}
	if d != nil {
		f.readFont(t, d)
	} else if o != nil {
		f.damaged = true
	}
	if id >= 0 {
		f.fonts[id] = t
	}
	return t
}

// readFont fills t from a font dictionary.
func (f *file) readFont(t *font, d types.Dict) {
	if b, _ := f.stream(d["ToUnicode"]); b != nil {
		t.toUnicode = readCMap(b)
	}
	baseFont := f.name(d["BaseFont"])
	t.bold = isBoldName(baseFont)
	if f.name(d["Subtype"]) == "Type0" {
		f.readComposite(t, d)
		return
	}
	descriptor := f.dict(d["FontDescriptor"])
	f.readEncoding(t, d["Encoding"])
	if w, ok := f.number(descriptor["MissingWidth"]); ok {
		t.defaultWidth = w
	}
	scale := 1.0
	if m, ok := f.deref(d["FontMatrix"]).(types.Array); ok && len(m) > 0 { // Type 3
		if a, ok := f.number(m[0]); ok && a > 0 {
			scale = a * 1000
		}
	}
	first, _ := f.number(d["FirstChar"])
	widths, ok := f.deref(d["Widths"]).(types.Array)
	for i, o := range widths[:min(len(widths), 256)] {
		if w, ok := f.number(o); ok {
			t.widths[uint32(int(first)+i)] = w * scale
		}
	}
	if !ok {
		t.setCoreWidths(baseFont)
	}
}

// isBoldName reports whether the name of a font denotes bold type.
func isBoldName(name string) bool {
	name = strings.ToLower(name)
	for _, w := range []string{"bold", "black", "heavy", "semibd", "demi", ",bd", "-bd"} {
		if strings.Contains(name, w) {
			return true
		}
	}
	return false
}

// setCoreWidths sets the widths of one of the fourteen standard fonts, which a file need not
// describe. It does nothing for other fonts.
func (t *font) setCoreWidths(baseFont string) {
	if !corefont.IsCoreFont(baseFont) {
		return
	}
	for c := 32; c < 256; c++ {
		r, _ := utf8.DecodeRuneInString(t.simpleText[c])
		if w, err := corefont.CharWidth(baseFont, r); err == nil && w > 0 {
			t.widths[uint32(c)] = float64(w)
		}
	}
}

// readEncoding sets the text of the codes of a simple font (ISO 32000-1, 9.6.6).
func (f *file) readEncoding(t *font, o types.Object) {
	table := charmap.Windows1252
	var differences types.Array
	switch e := f.deref(o).(type) {
	case types.Name:
		if e == "MacRomanEncoding" {
			table = charmap.Macintosh
		}
	case types.Dict:
		if f.name(e["BaseEncoding"]) == "MacRomanEncoding" {
			table = charmap.Macintosh
		}
		differences, _ = f.deref(e["Differences"]).(types.Array)
	}
	for c := range 256 {
		if r := table.DecodeByte(byte(c)); r >= ' ' && r != '\ufffd' {
			t.simpleText[c] = string(r)
		}
	}
	at := 0
	for _, o := range differences[:min(len(differences), 1024)] {
		switch v := f.deref(o).(type) {
		case types.Integer:
			at = int(v)
		case types.Name:
			if at >= 0 && at < 256 {
				t.simpleText[at] = glyphText(string(v))
			}
			at++
		}
	}
}

// predefinedCMaps maps parts of the names of predefined CMaps (ISO 32000-1, 9.7.5.2) to
// character encodings. The first part that occurs in a name decides.
var predefinedCMaps = []struct {
	part string
	enc  encoding.Encoding
}{
	{"UCS2", unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)},
	{"UTF16", unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)},
	{"RKSJ", japanese.ShiftJIS},
	{"GBK", simplifiedchinese.GBK},
	{"GBpc", simplifiedchinese.GBK},
	{"GB-EUC", simplifiedchinese.GBK},
	{"KSC", korean.EUCKR},
	{"B5", traditionalchinese.Big5},
	{"EUC-H", japanese.EUCJP},
}

// readComposite fills t from a Type 0 font dictionary.
func (f *file) readComposite(t *font, d types.Dict) {
	t.composite, t.defaultWidth = true, 1000
	encodingName := f.name(d["Encoding"])
	if t.toUnicode == nil {
		for _, p := range predefinedCMaps {
			if strings.Contains(encodingName, p.part) {
				t.predefinedEncoding = p.enc
				break
			}
		}
	}
	kids, _ := f.deref(d["DescendantFonts"]).(types.Array)
	if len(kids) == 0 {
		return
	}
	kid := f.dict(kids[0])
	t.bold = t.bold || isBoldName(f.name(kid["BaseFont"]))
	if w, ok := f.number(kid["DW"]); ok {
		t.defaultWidth = w
	}
	w, _ := f.deref(kid["W"]).(types.Array)
	for i := 0; i+1 < len(w) && len(t.widths) < maxCMapEntries; {
		first, _ := f.number(w[i])
		if list, ok := f.deref(w[i+1]).(types.Array); ok {
			for j, o := range list {
				v, _ := f.number(o)
				t.widths[uint32(int(first)+j)] = v
			}
			i += 2
			continue
		}
		if i+2 >= len(w) {
			return
		}
		last, _ := f.number(w[i+1])
		v, _ := f.number(w[i+2])
		for c := int(first); c <= int(last) && len(t.widths) < maxCMapEntries; c++ {
			t.widths[uint32(c)] = v
		}
		i += 3
	}
}

// glyphs calls yield for each character code of a string.
func (t *font) glyphs(s string, yield func(glyph)) {
	for len(s) > 0 {
		n := 1
		if t.composite {
			n = t.codeLength(s)
		}
		c := s[:n]
		s = s[n:]
		g := glyph{text: t.text(c), width: t.defaultWidth / 1000, isSpace: n == 1 && c == " "}
		if w, ok := t.widths[codeValue(c)]; ok {
			g.width = w / 1000
		}
		yield(g)
	}
}

// codeLength returns the number of bytes of the code that s begins with.
func (t *font) codeLength(s string) int {
	switch {
	case t.toUnicode != nil:
		return t.toUnicode.codeLength(s, 2)
	case t.predefinedEncoding != nil && s[0] < 0x80 && t.predefinedEncoding != predefinedCMaps[0].enc && t.predefinedEncoding != predefinedCMaps[1].enc:
		return 1
	}
	return min(2, len(s))
}

// text returns the text of one code, or "" if the font does not map it.
func (t *font) text(c string) string {
	k := codeKey(c)
	if known, ok := t.cache[k]; ok {
		return known
	}
	s := ""
	switch {
	case t.toUnicode != nil:
		var ok bool
		if s, ok = t.toUnicode.lookup(c); !ok && !t.composite {
			s = t.simpleText[c[0]]
		}
	case t.predefinedEncoding != nil:
		if d, err := t.predefinedEncoding.NewDecoder().String(c); err == nil {
			s = d
		}
	case !t.composite:
		s = t.simpleText[c[0]]
	}
	s = normalizeText(s)
	if len(t.cache) < maxCMapEntries {
		t.cache[k] = s
	}
	return s
}

// normalizeText replaces ligatures by letters and special spaces and bullets by ordinary ones,
// and removes control characters and characters for private use.
func normalizeText(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\u00a0' || r == '\t':
			return ' '
		case r == 0xf0b7 || r == 0xf0a7 || r == 0xf0d8 || r == 0xf076 || r == 0xf0fc: // bullets of Symbol and Wingdings
			return '•'
		case r < ' ' || r == '\ufffd' || r == '\ufeff' || r >= 0xe000 && r < 0xf900:
			return -1
		}
		return r
	}, ligatures.Replace(s))
}

// ligatures replaces the Latin ligatures of Unicode by letters.
var ligatures = strings.NewReplacer("ﬀ", "ff", "ﬁ", "fi", "ﬂ", "fl", "ﬃ", "ffi", "ﬄ", "ffl", "ﬅ", "st", "ﬆ", "st")
