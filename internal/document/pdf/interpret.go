package pdf

import (
	"math"
	"strings"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// run is a piece of text at one place, in coordinates that are rotated so that its line runs
// to the right.
type run struct {
	text     string
	x, y     float64
	end      float64 // x where it ends
	size     float64
	rotation int // of its line, in quarter turns
	bold     bool
	heading  int // level 1 to 6 from the structure of the file, or 0
	artifact bool
}

// matrix is a transformation in the order of PDF: a b c d e f (ISO 32000-1, 8.3.3).
type matrix [6]float64

func (m matrix) mul(n matrix) matrix {
	return matrix{
		m[0]*n[0] + m[1]*n[2], m[0]*n[1] + m[1]*n[3],
		m[2]*n[0] + m[3]*n[2], m[2]*n[1] + m[3]*n[3],
		m[4]*n[0] + m[5]*n[2] + n[4], m[4]*n[1] + m[5]*n[3] + n[5],
	}
}

// graphicsState is the part of the graphics state that concerns text (ISO 32000-1, 8.4 and 9.3).
type graphicsState struct {
	ctm                                 matrix
	font                                *font
	size, char, word, scale, lead, rise float64
}

// markedContent is an open marked-content sequence (ISO 32000-1, 14.6).
type markedContent struct {
	artifact bool
	heading  int
	actual   bool   // the sequence has an ActualText, which replaces its glyphs
	text     string // the part of ActualText that is not yet emitted
}

// interpreter runs the content streams of one page.
type interpreter struct {
	file      *file
	resources types.Dict
	content   []byte
	graphicsState
	stack     []graphicsState
	tm, line  matrix
	marks     []markedContent
	runs      []run
	operators int
}

// Bounds of one page.
const (
	maxOperators = 2_000_000
	maxRuns      = 300_000
	maxStack     = 200
	maxForms     = 12 // nesting of form XObjects
)

func (in *interpreter) reset() {
	one := matrix{1, 0, 0, 1, 0, 0}
	in.graphicsState = graphicsState{ctm: one, scale: 1}
	in.tm, in.line = one, one
}

// run interprets a content stream; depth is the nesting of form XObjects.
func (in *interpreter) run(content []byte, depth int) {
	l := lexer{b: content}
	var args []token
	for in.operators < maxOperators && len(in.runs) < maxRuns {
		t := l.next()
		switch t.kind {
		case end:
			return
		case operator:
			in.operators++
			if in.operators%4096 == 0 && in.file.ctx.Err() != nil {
				return
			}
			if t.str == "ID" {
				l.skipImage()
			} else {
				in.execute(t.str, args, depth)
			}
			args = args[:0]
		default:
			if len(args) < 64 {
				args = append(args, t)
			}
		}
	}
}

// arg returns operand i as a number, 0 if it is none.
func arg(args []token, i int) float64 {
	if i < len(args) && args[i].kind == number {
		return args[i].num
	}
	return 0
}

func matrixOf(args []token) matrix {
	return matrix{arg(args, 0), arg(args, 1), arg(args, 2), arg(args, 3), arg(args, 4), arg(args, 5)}
}

// execute applies one operator.
func (in *interpreter) execute(op string, args []token, depth int) {
	switch op {
	case "q":
		if len(in.stack) < maxStack {
			in.stack = append(in.stack, in.graphicsState)
		}
	case "Q":
		if n := len(in.stack); n > 0 {
			in.graphicsState, in.stack = in.stack[n-1], in.stack[:n-1]
		}
	case "cm":
		in.ctm = matrixOf(args).mul(in.ctm)
	case "BT":
		in.tm = matrix{1, 0, 0, 1, 0, 0}
		in.line = in.tm
	case "Tf":
		if len(args) == 2 {
			in.font, in.size = in.file.font(in.resource("Font", args[0].str)), arg(args, 1)
		}
	case "Tc":
		in.char = arg(args, 0)
	case "Tw":
		in.word = arg(args, 0)
	case "Tz":
		in.scale = arg(args, 0) / 100
	case "TL":
		in.lead = arg(args, 0)
	case "Ts":
		in.rise = arg(args, 0)
	case "Td":
		in.move(arg(args, 0), arg(args, 1))
	case "TD":
		in.lead = -arg(args, 1)
		in.move(arg(args, 0), arg(args, 1))
	case "Tm":
		in.line = matrixOf(args)
		in.tm = in.line
	case "T*":
		in.move(0, -in.lead)
	case "Tj":
		in.show(args)
	case "'":
		in.move(0, -in.lead)
		in.show(args)
	case "\"":
		in.word, in.char = arg(args, 0), arg(args, 1)
		in.move(0, -in.lead)
		in.show(args[min(2, len(args)):])
	case "TJ":
		if len(args) > 0 {
			in.show(args[len(args)-1].items)
		}
	case "Do":
		if len(args) > 0 && depth < maxForms {
			in.form(args[0].str, depth)
		}
	case "BMC", "BDC":
		in.beginMarkedContent(args)
	case "EMC":
		if n := len(in.marks); n > 0 {
			in.marks = in.marks[:n-1]
		}
	}
}

func (in *interpreter) move(x, y float64) {
	in.line = matrix{1, 0, 0, 1, x, y}.mul(in.line)
	in.tm = in.line
}

// resource returns an object of the current resource dictionary.
func (in *interpreter) resource(kind, key string) types.Object {
	return in.file.dict(in.resources[kind])[key]
}

// form interprets a form XObject with its own resources.
func (in *interpreter) form(key string, depth int) {
	s, ok := in.file.deref(in.resource("XObject", key)).(types.StreamDict)
	if !ok || in.file.name(s.Dict["Subtype"]) != "Form" {
		return
	}
	content := in.file.stream(s)
	outer, resources, stack := in.graphicsState, in.resources, in.stack
	in.stack = nil
	if m, ok := in.file.deref(s.Dict["Matrix"]).(types.Array); ok && len(m) == 6 {
		var form matrix
		for i := range form {
			form[i], _ = in.file.number(m[i])
		}
		in.ctm = form.mul(in.ctm)
	}
	if r := in.file.dict(s.Dict["Resources"]); r != nil {
		in.resources = r
	}
	in.run(content, depth+1)
	in.graphicsState, in.resources, in.stack = outer, resources, stack
}

// beginMarkedContent opens a marked-content sequence.
func (in *interpreter) beginMarkedContent(args []token) {
	if len(in.marks) >= maxStack || len(args) == 0 {
		in.marks = append(in.marks, markedContent{})
		if len(in.marks) > 10*maxStack {
			in.marks = in.marks[:maxStack]
		}
		return
	}
	var m markedContent
	if n := len(in.marks); n > 0 {
		m = in.marks[n-1]
		m.actual, m.text = m.actual && m.text == "", "" // the outer ActualText is already emitted
	}
	switch tag := args[0].str; {
	case tag == "Artifact":
		m.artifact = true
	case tag == "H" || tag == "Title":
		m.heading = 1
	case len(tag) == 2 && tag[0] == 'H' && tag[1] >= '1' && tag[1] <= '6':
		m.heading = int(tag[1] - '0')
	}
	if len(args) > 1 {
		if actual, ok := in.actualText(args[1]); ok {
			m.actual, m.text = true, actual
		}
	}
	in.marks = append(in.marks, m)
}

// actualText returns the ActualText of marked content (ISO 32000-1, 14.9.4).
func (in *interpreter) actualText(properties token) (string, bool) {
	if properties.kind == dictionary {
		v := properties.value("ActualText")
		return textString(v.str), v.kind == text
	}
	d := in.file.dict(in.resource("Properties", properties.str))
	switch v := in.file.deref(d["ActualText"]).(type) {
	case types.StringLiteral:
		b, err := types.Unescape(string(v))
		return textString(string(b)), err == nil
	case types.HexLiteral:
		b, err := v.Bytes()
		return textString(string(b)), err == nil
	}
	return "", false
}

// textString decodes a text string (ISO 32000-1, 7.9.2.2).
func textString(s string) string {
	if strings.HasPrefix(s, "\xfe\xff") {
		return plainText(utf16Text(s))
	}
	b := strings.Builder{}
	for i := range len(s) {
		b.WriteRune(rune(s[i]))
	}
	return plainText(b.String())
}

// wordGap is the least gap within a string that separates words, in units of the font size.
const wordGap = 0.16

// minSpaceWidth is the least width of a space that separates words, in units of the font size.
const minSpaceWidth = 0.05

// show emits the strings of a text-showing operator with the adjustments between them.
func (in *interpreter) show(items []token) {
	if in.font == nil {
		return
	}
	var b strings.Builder
	from := in.place()
	actual := -1
	if n := len(in.marks); n > 0 && in.marks[n-1].actual {
		actual = n - 1
	}
	gap := 0.0
	for _, t := range items {
		switch t.kind {
		case number:
			gap -= t.num / 1000
			in.advance(-t.num / 1000 * in.size * in.scale)
		case text:
			in.font.glyphs(t.str, func(g glyph) {
				w := g.width*in.size + in.char
				if g.space {
					w += in.word
				}
				switch {
				case actual >= 0:
				case g.text == " " && (gap < -wordGap || w < minSpaceWidth*in.size):
					// the space overlaps a ligature, or the spacing cancels it
				default:
					if gap > wordGap && b.Len() > 0 && g.text != " " && !strings.HasSuffix(b.String(), " ") {
						b.WriteByte(' ')
					}
					b.WriteString(g.text)
				}
				gap = 0
				if in.size > 0 && (in.char < 0 || in.char > in.size) { // tight or very wide character spacing
					gap = in.char / in.size
				}
				in.advance(w * in.scale)
			})
		}
	}
	if actual >= 0 {
		b.WriteString(in.marks[actual].text)
		in.marks[actual].text = ""
	}
	in.addRun(b.String(), from, in.place())
}

func (in *interpreter) advance(x float64) { in.tm = matrix{1, 0, 0, 1, x, 0}.mul(in.tm) }

// place returns the matrix of the next glyph.
func (in *interpreter) place() matrix {
	return matrix{in.size * in.scale, 0, 0, in.size, 0, in.rise}.mul(in.tm).mul(in.ctm)
}

// addRun appends a run, rotated so that its line runs to the right. It omits slanted lines,
// which are watermarks.
func (in *interpreter) addRun(s string, from, to matrix) {
	if s == "" || !finite(from) || !finite(to) {
		return
	}
	angle := math.Atan2(from[1], from[0]) / (math.Pi / 2)
	rotation := math.Round(angle)
	if math.Abs(angle-rotation) > 0.05 {
		return
	}
	r := run{text: s, size: math.Hypot(from[2], from[3]), rotation: (int(rotation) + 4) % 4, bold: in.font.bold}
	sin, cos := math.Sincos(rotation * math.Pi / 2)
	r.x, r.y = from[4]*cos+from[5]*sin, from[5]*cos-from[4]*sin
	r.end = to[4]*cos + to[5]*sin
	if r.size == 0 || r.size > 1000 {
		return
	}
	if n := len(in.marks); n > 0 {
		r.artifact, r.heading = in.marks[n-1].artifact, in.marks[n-1].heading
	}
	in.runs = append(in.runs, r)
}

func finite(m matrix) bool {
	for _, v := range m {
		if math.IsNaN(v) || math.Abs(v) > 1e7 {
			return false
		}
	}
	return true
}

// maxArtifactShare is the share of a page's text that may be marked as artifacts. Above it the
// marks are wrong and are ignored.
const maxArtifactShare = 0.6

// contentRuns returns the runs without artifacts, which are page numbers, headers and decoration
// (ISO 32000-1, 14.8.2.2).
func (in *interpreter) contentRuns() []run {
	all, marked := 0, 0
	for _, r := range in.runs {
		all += len(r.text)
		if r.artifact {
			marked += len(r.text)
		}
	}
	if marked == 0 || float64(marked) > maxArtifactShare*float64(all) {
		return in.runs
	}
	content := in.runs[:0:0]
	for _, r := range in.runs {
		if !r.artifact {
			content = append(content, r)
		}
	}
	return content
}
