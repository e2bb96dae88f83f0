package pdf

import (
	"strings"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// matrix is a transformation with the elements a b c d e f of ISO 32000-1, 8.3.3.
type matrix [6]float64

// mul returns the transformation that applies m first and then n.
func (m matrix) mul(n matrix) matrix {
	return matrix{
		m[0]*n[0] + m[1]*n[2], m[0]*n[1] + m[1]*n[3],
		m[2]*n[0] + m[3]*n[2], m[2]*n[1] + m[3]*n[3],
		m[4]*n[0] + m[5]*n[2] + n[4], m[4]*n[1] + m[5]*n[3] + n[5],
	}
}

// graphicsState is the part of the graphics state that concerns text (ISO 32000-1, 8.4 and
// 9.3). ctm is the current transformation matrix.
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
	actualText    string // the ActualText until it is emitted; then empty
}

// interpreter runs the content streams of one page.
type interpreter struct {
	file      *file
	resources types.Dict // of the page or the form XObject
	content   []byte     // of the page
	graphicsState
	stack                  []graphicsState
	textMatrix, lineMatrix matrix          // ISO 32000-1, 9.4.2
	markedContents         []markedContent // innermost last
	runs                   []textRun       // the result
	operators              int             // number of executed operators
}

// Bounds of one page. They were chosen by hand.
const (
	maxOperators  = 2_000_000
	maxRuns       = 300_000
	maxStackDepth = 200
	maxFormDepth  = 12 // nesting of form XObjects
)

// reset sets the initial graphics state of a page.
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

// numericOperand returns operand i as a number, or 0 if it is missing or not a number.
func numericOperand(args []token, i int) float64 {
	if i < len(args) && args[i].kind == numberToken {
		return args[i].num
	}
	return 0
}

// matrixOf returns the matrix of the first six operands.
func matrixOf(args []token) matrix {
	return matrix{numericOperand(args, 0), numericOperand(args, 1), numericOperand(args, 2), numericOperand(args, 3), numericOperand(args, 4), numericOperand(args, 5)}
}

// execute executes one operator. It ignores the operators that do not concern text.
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

// move moves to the start of a line at the offset (x, y) from the start of the current line.
func (in *interpreter) move(x, y float64) {
	in.lineMatrix = matrix{1, 0, 0, 1, x, y}.mul(in.lineMatrix)
	in.textMatrix = in.lineMatrix
}

// resource returns a resource of a kind, such as "Font", by its name.
func (in *interpreter) resource(kind, key string) types.Object {
	return in.file.dict(in.resources[kind])[key]
}

// form interprets a form XObject with its own resources.
func (in *interpreter) form(key string, depth int) {
	s, ok := in.file.deref(in.resource("XObject", key)).(types.StreamDict)
	if !ok || in.file.name(s.Dict["Subtype"]) != "Form" {
		return
	}
	content, whole := in.file.stream(s)
	if !whole && !endsContent(content) {
		in.file.damaged = true
	}
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

// actualText returns the ActualText in the properties of marked content, and whether there is
// one (ISO 32000-1, 14.9.4).
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

// Distances within a string, in units of the font size. They were chosen by hand.
const (
	wordGap       = 0.16 // minimum of a gap that separates words
	minSpaceWidth = 0.05 // minimum of a space that separates words
)

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

// advance moves the text position to the right by x, in text space.
func (in *interpreter) advance(x float64) {
	in.textMatrix = matrix{1, 0, 0, 1, x, 0}.mul(in.textMatrix)
}

// place returns the matrix of the next glyph, from glyph space to the page.
func (in *interpreter) place() matrix {
	return matrix{in.fontSize * in.horizontalScaling, 0, 0, in.fontSize, 0, in.rise}.mul(in.textMatrix).mul(in.ctm)
}
