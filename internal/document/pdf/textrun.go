package pdf

import "math"

// textRun is a piece of text with its position. The coordinates are rotated so that the text
// runs to the right.
type textRun struct {
	text     string
	x, y     float64
	end      float64 // x of the end
	size     float64 // of the font, in units of the page
	rotation int     // in quarter turns
	bold     bool
	heading  int  // level 1 to 6 from the structure of the file, or 0
	artifact bool // marked as an artifact; see contentRuns
}

// addRun appends a run of text between two positions, rotated so that it runs to the right.
// It omits slanted text, which is a watermark.
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

// isFinite reports whether the elements of a matrix are finite and of a plausible size.
func isFinite(m matrix) bool {
	for _, v := range m {
		if math.IsNaN(v) || math.Abs(v) > 1e7 {
			return false
		}
	}
	return true
}

// maxArtifactShare is the maximum share of a page's text that may be marked as artifacts.
// Above it the marks are wrong and are ignored. It was chosen by hand.
const maxArtifactShare = 0.6

// contentRuns returns the runs that are not artifacts. Artifacts are page numbers, headers and
// decoration (ISO 32000-1, 14.8.2.2).
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
