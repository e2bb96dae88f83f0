package pdf

import (
	"math"
	"strings"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// textRun is a piece of text at one place, in coordinates that are rotated so that its line runs
// to the right.
type textRun struct {
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
	ctm                                                                  matrix
	font                                                                 *font
	fontSize, charSpacing, wordSpacing, horizontalScaling, leading, rise float64
}

// markedContent is an open marked-content sequence (ISO 32000-1, 14.6).
type markedContent struct {
	artifact      bool
	heading       int
	hasActualText bool   // the sequence has an ActualText, which replaces its glyphs
	actualText    string // the part of ActualText that is not yet emitted
}

// interpreter runs the content streams of one page.
type interpreter struct {
	file      *file
	resources types.Dict
	content   []byte
	graphicsState
	stack                  []graphicsState
	textMatrix, lineMatrix matrix
	markedContents         []markedContent
	runs                   []textRun
	operators              int
}

// Bounds of one page.
const (
	maxOperators  = 2_000_000
	maxRuns       = 300_000
	maxStackDepth = 200
	maxFormDepth  = 12 // nesting of form XObjects
)

func (in *interpreter) reset() {
	one := matrix{1, 0, 0, 1, 0, 0}
	in.graphicsState = graphicsState{ctm: one, horizontalScaling: 1}
	in.textMatrix, in.lineMatrix = one, one
}

// run interprets a content stream; depth is the nesting of form XObjects.
func (in *interpreter) run(content []byte, depth int) {
	l := lexer{b: content}
	var args []token
	for in.operators < maxOperators && len(in.runs) < maxRuns {
		t := l.next()
		switch t.kind {
		case endToken:
			return
		case operatorToken:
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

// numericOperand returns operand i as a number, 0 if it is none.
func numericOperand(args []token, i int) float64 {
	if i < len(args) && args[i].kind == numberToken {
		return args[i].num
	}
	return 0
}

func matrixOf(args []token) matrix {
	return matrix{numericOperand(args, 0), numericOperand(args, 1), numericOperand(args, 2), numericOperand(args, 3), numericOperand(args, 4), numericOperand(args, 5)}
}

// execute applies one operator.
func (in *interpreter) execute(op string, args []token, depth int) {
	switch op {
	case "q":
		if len(in.stack) < maxStackDepth {
			in.stack = append(in.stack, in.graphicsState)
		}
	case "Q":
		if n := len(in.stack); n > 0 {
			in.graphicsState, in.stack = in.stack[n-1], in.stack[:n-1]
		}
	case "cm":
		in.ctm = matrixOf(args).mul(in.ctm)
	case "BT":
		in.textMatrix = matrix{1, 0, 0, 1, 0, 0}
		in.lineMatrix = in.textMatrix
	case "Tf":
		if len(args) == 2 {
			in.font, in.fontSize = in.file.font(in.resource("Font", args[0].str)), numericOperand(args, 1)
		}
	case "Tc":
		in.charSpacing = numericOperand(args, 0)
	case "Tw":
		in.wordSpacing = numericOperand(args, 0)
	case "Tz":
		in.horizontalScaling = numericOperand(args, 0) / 100
	case "TL":
		in.leading = numericOperand(args, 0)
	case "Ts":
		in.rise = numericOperand(args, 0)
	case "Td":
		in.move(numericOperand(args, 0), numericOperand(args, 1))
	case "TD":
		in.leading = -numericOperand(args, 1)
		in.move(numericOperand(args, 0), numericOperand(args, 1))
	case "Tm":
		in.lineMatrix = matrixOf(args)
		in.textMatrix = in.lineMatrix
	case "T*":
		in.move(0, -in.leading)
	case "Tj":
		in.show(args)
	case "'":
		in.move(0, -in.leading)
		in.show(args)
	case "\"":
		in.wordSpacing, in.charSpacing = numericOperand(args, 0), numericOperand(args, 1)
		in.move(0, -in.leading)
		in.show(args[min(2, len(args)):])
	case "TJ":
		if len(args) > 0 {
			in.show(args[len(args)-1].items)
		}
	case "Do":
		if len(args) > 0 && depth < maxFormDepth {
			in.form(args[0].str, depth)
		}
	case "BMC", "BDC":
		in.beginMarkedContent(args)
	case "EMC":
		if n := len(in.markedContents); n > 0 {
			in.markedContents = in.markedContents[:n-1]
		}
	}
}

func (in *interpreter) move(x, y float64) {
	in.lineMatrix = matrix{1, 0, 0, 1, x, y}.mul(in.lineMatrix)
	in.textMatrix = in.lineMatrix
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
	if len(in.markedContents) >= maxStackDepth || len(args) == 0 {
		in.markedContents = append(in.markedContents, markedContent{})
		if len(in.markedContents) > 10*maxStackDepth {
			in.markedContents = in.markedContents[:maxStackDepth]
		}
		return
	}
	var m markedContent
	if n := len(in.markedContents); n > 0 {
		m = in.markedContents[n-1]
		m.hasActualText, m.actualText = m.hasActualText && m.actualText == "", "" // the outer ActualText is already emitted
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
			m.hasActualText, m.actualText = true, actual
		}
	}
	in.markedContents = append(in.markedContents, m)
}

// actualText returns the ActualText of marked content (ISO 32000-1, 14.9.4).
func (in *interpreter) actualText(properties token) (string, bool) {
	if properties.kind == dictionaryToken {
		v := properties.value("ActualText")
		return decodeTextString(v.str), v.kind == stringToken
	}
	d := in.file.dict(in.resource("Properties", properties.str))
	switch v := in.file.deref(d["ActualText"]).(type) {
	case types.StringLiteral:
		b, err := types.Unescape(string(v))
		return decodeTextString(string(b)), err == nil
	case types.HexLiteral:
		b, err := v.Bytes()
		return decodeTextString(string(b)), err == nil
	}
	return "", false
}

// decodeTextString decodes a text string (ISO 32000-1, 7.9.2.2).
func decodeTextString(s string) string {
	if strings.HasPrefix(s, "\xfe\xff") {
		return normalizeText(decodeUTF16(s))
	}
	b := strings.Builder{}
	for i := range len(s) {
		b.WriteRune(rune(s[i]))
	}
	return normalizeText(b.String())
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
	if n := len(in.markedContents); n > 0 && in.markedContents[n-1].hasActualText {
		actual = n - 1
	}
	gap := 0.0
	for _, t := range items {
		switch t.kind {
		case numberToken:
			gap -= t.num / 1000
			in.advance(-t.num / 1000 * in.fontSize * in.horizontalScaling)
		case stringToken:
			in.font.glyphs(t.str, func(g glyph) {
				w := g.width*in.fontSize + in.charSpacing
				if g.isSpace {
					w += in.wordSpacing
				}
				switch {
				case actual >= 0:
				case g.text == " " && (gap < -wordGap || w < minSpaceWidth*in.fontSize):
					// the space overlaps a ligature, or the spacing cancels it
				default:
					if gap > wordGap && b.Len() > 0 && g.text != " " && !strings.HasSuffix(b.String(), " ") {
						b.WriteByte(' ')
					}
					b.WriteString(g.text)
				}
				gap = 0
				if in.fontSize > 0 && (in.charSpacing < 0 || in.charSpacing > in.fontSize) { // tight or very wide character spacing
					gap = in.charSpacing / in.fontSize
				}
				in.advance(w * in.horizontalScaling)
			})
		}
	}
	if actual >= 0 {
		b.WriteString(in.markedContents[actual].actualText)
		in.markedContents[actual].actualText = ""
	}
	in.addRun(b.String(), from, in.place())
}

func (in *interpreter) advance(x float64) {
	in.textMatrix = matrix{1, 0, 0, 1, x, 0}.mul(in.textMatrix)
}

// place returns the matrix of the next glyph.
func (in *interpreter) place() matrix {
	return matrix{in.fontSize * in.horizontalScaling, 0, 0, in.fontSize, 0, in.rise}.mul(in.textMatrix).mul(in.ctm)
}

// addRun appends a run, rotated so that its line runs to the right. It omits slanted lines,
// which are watermarks.
func (in *interpreter) addRun(s string, from, to matrix) {
	if s == "" || !isFinite(from) || !isFinite(to) {
		return
	}
	angle := math.Atan2(from[1], from[0]) / (math.Pi / 2)
	rotation := math.Round(angle)
	if math.Abs(angle-rotation) > 0.05 {
		return
	}
	r := textRun{text: s, size: math.Hypot(from[2], from[3]), rotation: (int(rotation) + 4) % 4, bold: in.font.bold}
	sin, cos := math.Sincos(rotation * math.Pi / 2)
	r.x, r.y = from[4]*cos+from[5]*sin, from[5]*cos-from[4]*sin
	r.end = to[4]*cos + to[5]*sin
	if r.size == 0 || r.size > 1000 {
		return
	}
	if n := len(in.markedContents); n > 0 {
		r.artifact, r.heading = in.markedContents[n-1].artifact, in.markedContents[n-1].heading
	}
	in.runs = append(in.runs, r)
}

func isFinite(m matrix) bool {
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
func (in *interpreter) contentRuns() []textRun {
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
