package pdf

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// line is one line of text.
type line struct {
	text     string
	x, y     float64 // of the beginning
	end      float64 // x of the end
	size     float64 // font size of most letters
	rotation int     // in quarter turns
	bold     bool    // all runs are bold
	heading  int     // see textRun.heading
	letters  int     // number of characters without outer white space
}

// page holds the lines of one page.
type page struct{ lines []line }

// isLetter reports whether r is a letter.
func isLetter(r rune) bool { return unicode.IsLetter(r) }

// Distances between runs, in units of the font size. They were chosen by hand.
const (
	lineGap  = 0.55 // a run further up or down starts a new line
	spaceGap = 0.13 // a run further right starts a new word
	backGap  = 0.6  // a run further left starts a new line
)

// joinRuns joins runs into lines, in the order of the content stream. That order follows columns
// and table cells, which the positions alone do not show.
func joinRuns(runs []textRun) []line {
	var all []line
	var cur line
	var sizes [2]float64 // font size and letters of the longest run
	flush := func() {
		cur.text = strings.Join(strings.Fields(cur.text), " ")
		if cur.text != "" {
			cur.size = math.Round(sizes[0]*2) / 2
			all = append(all, cur)
		}
		cur, sizes = line{}, [2]float64{}
	}
	for i, r := range runs {
		letters := utf8.RuneCountInString(strings.TrimSpace(r.text))
		if repeatsRun(runs[:i], r) {
			continue
		}
		if cur.text != "" {
			size := max(r.size, sizes[0])
			gap := (r.x - cur.end) / size
			if gap < -spaceGap && gap >= -backGap && math.Abs(r.y-cur.y) <= lineGap*size { // a space that overlaps a ligature
				if r.text = strings.TrimLeft(r.text, " "); r.text == "" {
					continue
				}
			}
			if r.rotation != cur.rotation || math.Abs(r.y-cur.y) > lineGap*size || gap < -backGap {
				flush()
			} else if gap > spaceGap && !strings.HasSuffix(cur.text, " ") {
				cur.text += " "
			}
		}
		if cur.text == "" {
			cur = line{x: r.x, y: r.y, rotation: r.rotation, bold: true, heading: r.heading}
		}
		cur.text += r.text
		cur.end = max(r.end, r.x)
		if letters > 0 {
			cur.bold = cur.bold && r.bold
			cur.letters += letters
			if float64(letters) >= sizes[1] {
				sizes = [2]float64{r.size, float64(letters)}
				cur.y = r.y
			}
		}
	}
	flush()
	return all
}

// repeatsRun reports whether a run repeats one of the three runs before it at the same place.
// Some PDF writers imitate bold type in this way.
func repeatsRun(before []textRun, r textRun) bool {
	for i := len(before) - 1; i >= max(0, len(before)-3); i-- {
		b := before[i]
		if b.text == r.text && b.rotation == r.rotation && strings.TrimSpace(r.text) != "" && math.Abs(b.x-r.x) < 0.1*r.size && math.Abs(b.y-r.y) < 0.1*r.size {
			return true
		}
	}
	return false
}

// Bounds of running headers and footers, which are repeated lines at the edges of pages. They
// were chosen by hand.
const (
	edgeLines      = 3   // from the top and from the bottom of a page
	maxHeaderBytes = 160 // bytes
)

// pageNumberPattern matches a line that is only a page number.
var pageNumberPattern = regexp.MustCompile(`(?i)^[\s|–—-]*(?:(?:page|seite|p\.|pg\.?|sida|side|página|pagina|pág\.|pag\.|strona|str\.|oldal|страница|стр\.|σελίδα|sayfa|trang|第)\s*)?[-–—|(\[]*\s*(?:\d{1,4}|[ivxl]{1,6})\s*(?:(?:/|of|de|von|sur|di|van|av|af|z|из|sur|do|\||ページ|页|頁)\s*\d{0,4})?\s*[-–—|)\].]*\s*$`)

// removeBoilerplate removes page numbers and running headers and footers.
func removeBoilerplate(pages []page) []page {
	seen := map[string]int{}
	for _, p := range pages {
		templates := map[string]bool{}
		for _, i := range edgeLineIndexes(p) {
			templates[lineTemplate(p.lines[i].text)] = true
		}
		for s := range templates {
			seen[s]++
		}
	}
	often := max(2, (len(pages)*2+4)/5) // two fifths: left and right pages differ
	for n, p := range pages {
		drop := map[int]bool{}
		for _, i := range edgeLineIndexes(p) {
			t := p.lines[i].text
			if len(pages) > 1 && len(t) <= maxHeaderBytes && seen[lineTemplate(t)] >= often || isPageNumber(p, i) {
				drop[i] = true
			}
		}
		var content []line
		for i, l := range p.lines {
			if !drop[i] {
				content = append(content, l)
			}
		}
		pages[n].lines = content
	}
	return pages
}

// isPageNumber reports whether line i is a page number: it matches pageNumberPattern, stands
// alone at its height, and has at most one line above or below it.
func isPageNumber(p page, i int) bool {
	if !pageNumberPattern.MatchString(p.lines[i].text) || len(p.lines) < 2 {
		return false
	}
	above, below := 0, 0
	for j, l := range p.lines {
		switch {
		case j == i || l.rotation != p.lines[i].rotation:
		case l.y > p.lines[i].y+1:
			above++
		case l.y < p.lines[i].y-1:
			below++
		default:
			return false // another line at the same height
		}
	}
	return above <= 1 || below <= 1
}

// edgeLineIndexes returns the indexes of the lines nearest to the top and the bottom of a page.
func edgeLineIndexes(p page) []int {
	order := make([]int, len(p.lines))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch d := p.lines[b].y - p.lines[a].y; {
		case d > 0:
			return 1
		case d < 0:
			return -1
		}
		return 0
	})
	if len(order) <= 2*edgeLines {
		return order
	}
	return append(order[:edgeLines:edgeLines], order[len(order)-edgeLines:]...)
}

// lineTemplate returns a line in lower case with its digits masked, so that the running headers
// of two pages compare equal.
func lineTemplate(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return '#'
		}
		return unicode.ToLower(r)
	}, s)
}
