package pdf

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// line is one line of text.
type line struct {
	text    string
	x, y    float64 // of its beginning
	end     float64
	size    float64 // of most of its letters
	turn    int
	bold    bool
	heading int
	letters int
}

// page is what one page shows.
type page struct{ lines []line }

func isLetter(r rune) bool { return unicode.IsLetter(r) }

// Gaps between runs, in units of their size.
const (
	lineGap  = 0.55 // further up or down is another line
	spaceGap = 0.13 // further right is another word
	backGap  = 0.6  // further left is another line, or the same drawn again
)

// lines joins runs, in the order in which the page shows them: the order of
// columns and cells, which places alone don't tell.
func lines(runs []run) []line {
	var all []line
	var cur line
	var sizes [2]float64 // size and letters of the longest run
	flush := func() {
		cur.text = strings.Join(strings.Fields(cur.text), " ")
		if cur.text != "" {
			cur.size = math.Round(sizes[0]*2) / 2
			all = append(all, cur)
		}
		cur, sizes = line{}, [2]float64{}
	}
	for i, r := range runs {
		letters := len(strings.TrimSpace(r.text))
		if again(runs[:i], r) {
			continue
		}
		if cur.text != "" {
			size := max(r.size, sizes[0])
			gap := (r.x - cur.end) / size
			if gap < -spaceGap && gap >= -backGap && math.Abs(r.y-cur.y) <= lineGap*size { // a space drawn over a ligature
				if r.text = strings.TrimLeft(r.text, " "); r.text == "" {
					continue
				}
			}
			if r.turn != cur.turn || math.Abs(r.y-cur.y) > lineGap*size || gap < -backGap {
				flush()
			} else if gap > spaceGap && !strings.HasSuffix(cur.text, " ") {
				cur.text += " "
			}
		}
		if cur.text == "" {
			cur = line{x: r.x, y: r.y, turn: r.turn, bold: true, heading: r.heading}
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

// again says whether a run is the one before it drawn once more, to look bold.
func again(before []run, r run) bool {
	for i := len(before) - 1; i >= max(0, len(before)-3); i-- {
		b := before[i]
		if b.text == r.text && b.turn == r.turn && strings.TrimSpace(r.text) != "" && math.Abs(b.x-r.x) < 0.1*r.size && math.Abs(b.y-r.y) < 0.1*r.size {
			return true
		}
	}
	return false
}

// Furniture: lines at the edges of pages that repeat.
const (
	edgeLines = 3   // from the top and from the bottom of a page
	maxHeader = 160 // bytes
)

// pageNumber is a line that is a page's number and nothing else.
var pageNumber = regexp.MustCompile(`(?i)^[\s|–—-]*(?:(?:page|seite|p\.|pg\.?|sida|side|página|pagina|pág\.|pag\.|strona|str\.|oldal|страница|стр\.|σελίδα|sayfa|trang|第)\s*)?[-–—|(\[]*\s*(?:\d{1,4}|[ivxl]{1,6})\s*(?:(?:/|of|de|von|sur|di|van|av|af|z|из|sur|do|\||ページ|页|頁)\s*\d{0,4})?\s*[-–—|)\].]*\s*$`)

// withoutFurniture takes out page numbers, and headers and footers that repeat.
func withoutFurniture(pages []page) []page {
	seen := map[string]int{}
	for _, p := range pages {
		on := map[string]bool{}
		for _, i := range edges(p) {
			on[skeleton(p.lines[i].text)] = true
		}
		for s := range on {
			seen[s]++
		}
	}
	often := max(2, (len(pages)*2+4)/5) // two fifths: left and right pages differ
	for n, p := range pages {
		drop := map[int]bool{}
		for _, i := range edges(p) {
			t := p.lines[i].text
			if len(pages) > 1 && len(t) <= maxHeader && seen[skeleton(t)] >= often || numbered(p, i) {
				drop[i] = true
			}
		}
		var kept []line
		for i, l := range p.lines {
			if !drop[i] {
				kept = append(kept, l)
			}
		}
		pages[n].lines = kept
	}
	return pages
}

// numbered says whether a line is the number of its page: alone at the very top or
// bottom.
func numbered(p page, i int) bool {
	if !pageNumber.MatchString(p.lines[i].text) || len(p.lines) < 2 {
		return false
	}
	above, below := 0, 0
	for j, l := range p.lines {
		switch {
		case j == i || l.turn != p.lines[i].turn:
		case l.y > p.lines[i].y+1:
			above++
		case l.y < p.lines[i].y-1:
			below++
		default:
			return false // it has a neighbour on its line
		}
	}
	return above <= 1 || below <= 1
}

// edges are the lines nearest to the top and the bottom of a page.
func edges(p page) []int {
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

// skeleton is a line without what differs from page to page.
func skeleton(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return '#'
		}
		return unicode.ToLower(r)
	}, s)
}
