package pdf

import (
	"math"
	"strings"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// run is a piece of text that was shown at one place, in coordinates that are
// turned so that its line runs to the right.
type run struct {
	text     string
	x, y     float64
	end      float64 // x where it ends
	size     float64
	turn     int // quarter turns of its line
	bold     bool
	heading  int // 1 to 6 where the file's structure says so
	artifact bool
}

// matrix is a transformation as PDF writes it: a b c d e f (ISO 32000-1, 8.3.3).
type matrix [6]float64

func (m matrix) mul(n matrix) matrix {
	return matrix{
		m[0]*n[0] + m[1]*n[2], m[0]*n[1] + m[1]*n[3],
		m[2]*n[0] + m[3]*n[2], m[2]*n[1] + m[3]*n[3],
		m[4]*n[0] + m[5]*n[2] + n[4], m[4]*n[1] + m[5]*n[3] + n[5],
	}
}

// state is the graphics state, as far as text needs it (8.4 and 9.3).
type state struct {
	ctm                                 matrix
	font                                *font
	size, char, word, scale, lead, rise float64
}

// mark is an open sequence of marked content (14.6).
type mark struct {
	artifact bool
	heading  int
	actual   bool   // text replaces what is shown
	text     string // what is left of it to show
}

// interpreter runs the content streams of one page.
type interpreter struct {
	file      *file
	resources types.Dict
	content   []byte
	state
	stack     []state
	tm, line  matrix
	marks     []mark
	runs      []run
	operators int
}

// Bounds of one page.
const (
	maxOperators = 2_000_000
	maxRuns      = 300_000
	maxStack     = 200
	maxForms     = 12 // forms within forms
)

func (in *interpreter) reset() {
	one := matrix{1, 0, 0, 1, 0, 0}
	in.state = state{ctm: one, scale: 1}
	in.tm, in.line = one, one
}

// run interprets a content stream; depth counts the forms around it.
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
				in.do(t.str, args, depth)
			}
			args = args[:0]
		default:
			if len(args) < 64 {
				args = append(args, t)
			}
		}
	}
}

// arg is the i-th operand as a number.
func arg(args []token, i int) float64 {
	if i < len(args) && args[i].kind == number {
		return args[i].num
	}
	return 0
}

func matrixOf(args []token) matrix {
	return matrix{arg(args, 0), arg(args, 1), arg(args, 2), arg(args, 3), arg(args, 4), arg(args, 5)}
}

func (in *interpreter) do(op string, args []token, depth int) {
	switch op {
	case "q":
		if len(in.stack) < maxStack {
			in.stack = append(in.stack, in.state)
		}
	case "Q":
		if n := len(in.stack); n > 0 {
			in.state, in.stack = in.stack[n-1], in.stack[:n-1]
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
		in.begin(args)
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

// resource is an object of the current resources.
func (in *interpreter) resource(kind, key string) types.Object {
	return in.file.dict(in.resources[kind])[key]
}

// form runs a form XObject in its own resources.
func (in *interpreter) form(key string, depth int) {
	s, ok := in.file.deref(in.resource("XObject", key)).(types.StreamDict)
	if !ok || in.file.name(s.Dict["Subtype"]) != "Form" {
		return
	}
	content := in.file.stream(s)
	outer, resources, stack := in.state, in.resources, in.stack
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
	in.state, in.resources, in.stack = outer, resources, stack
}

// begin opens marked content.
func (in *interpreter) begin(args []token) {
	if len(in.marks) >= maxStack || len(args) == 0 {
		in.marks = append(in.marks, mark{})
		if len(in.marks) > 10*maxStack {
			in.marks = in.marks[:maxStack]
		}
		return
	}
	var m mark
	if n := len(in.marks); n > 0 {
		m = in.marks[n-1]
		m.actual, m.text = m.actual && m.text == "", "" // text of an outer one was shown already
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

// actualText is the text that replaces what marked content shows (14.9.4).
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

func textString(s string) string {
	if strings.HasPrefix(s, "\xfe\xff") {
		return tidy(utf16Text(s))
	}
	b := strings.Builder{}
	for i := range len(s) {
		b.WriteRune(rune(s[i]))
	}
	return tidy(b.String())
}

// wordGap is how wide a gap within a string is that parts words, in units of the size.
const wordGap = 0.16

// noSpace is how narrow a space is that is none, in units of the size.
const noSpace = 0.05

// show writes strings, with the adjustments between them.
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
				case g.text == " " && (gap < -wordGap || w < noSpace*in.size):
					// drawn over a ligature, or taken back by the spacing: no space
				default:
					if gap > wordGap && b.Len() > 0 && g.text != " " && !strings.HasSuffix(b.String(), " ") {
						b.WriteByte(' ')
					}
					b.WriteString(g.text)
				}
				gap = 0
				if in.size > 0 && (in.char < 0 || in.char > in.size) { // set tight, or moved far by spacing
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
	in.add(b.String(), from, in.place())
}

func (in *interpreter) advance(x float64) { in.tm = matrix{1, 0, 0, 1, x, 0}.mul(in.tm) }

// place is the matrix of the next glyph.
func (in *interpreter) place() matrix {
	return matrix{in.size * in.scale, 0, 0, in.size, 0, in.rise}.mul(in.tm).mul(in.ctm)
}

// add keeps a run, turned so that its line runs to the right. Slanted lines are
// watermarks and are left out.
func (in *interpreter) add(s string, from, to matrix) {
	if s == "" || !finite(from) || !finite(to) {
		return
	}
	angle := math.Atan2(from[1], from[0]) / (math.Pi / 2)
	turn := math.Round(angle)
	if math.Abs(angle-turn) > 0.05 {
		return
	}
	r := run{text: s, size: math.Hypot(from[2], from[3]), turn: (int(turn) + 4) % 4, bold: in.font.bold}
	sin, cos := math.Sincos(turn * math.Pi / 2)
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

// mostArtifacts is how much of a page's text may be marked as no content before
// the marks are not believed.
const mostArtifacts = 0.6

// readable are the runs that are content: not those marked as page numbers,
// headers and decoration, unless nearly all are.
func (in *interpreter) readable() []run {
	all, marked := 0, 0
	for _, r := range in.runs {
		all += len(r.text)
		if r.artifact {
			marked += len(r.text)
		}
	}
	if marked == 0 || float64(marked) > mostArtifacts*float64(all) {
		return in.runs
	}
	kept := in.runs[:0:0]
	for _, r := range in.runs {
		if !r.artifact {
			kept = append(kept, r)
		}
	}
	return kept
}
