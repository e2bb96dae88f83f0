package httpapi

import (
	"mime"
	"strconv"
	"strings"

	"github.com/clausea/crawler/internal/problem"
)

// maxMediaRanges bounds how many media ranges of Accept are considered. Browsers send fewer than 10.
const maxMediaRanges = 64

// mediaRange is an element of Accept.
type mediaRange struct {
	main, sub string // "*" matches any
	// params is set if the range has parameters other than q and charset. No representation has
	// such parameters, so it matches none.
	params  bool
	quality float64
}

// negotiate returns the media type of offers that a client prefers (RFC 9110, 12.5.1). Of equally
// preferred ones it is the first. Without an Accept that can be read, all are equally preferred.
// It is a NotAcceptable problem if the client accepts none.
func negotiate(accept, offers []string) (string, error) {
	ranges := mediaRanges(accept)
	if len(ranges) == 0 {
		return offers[0], nil
	}
	best, bestQuality := "", 0.0
	for _, offer := range offers {
		if q := qualityOf(offer, ranges); q > bestQuality {
			best, bestQuality = offer, q
		}
	}
	if best == "" {
		return "", problem.New(problem.NotAcceptable, "the route has the media types %s", strings.Join(offers, ", "))
	}
	return best, nil
}

// qualityOf returns the quality of the most specific range that matches a media type, or 0.
func qualityOf(offer string, ranges []mediaRange) float64 {
	main, sub, _ := strings.Cut(offer, "/")
	quality, specificity := 0.0, -1
	for _, r := range ranges {
		if r.params || r.main != "*" && r.main != main || r.sub != "*" && r.sub != sub {
			continue
		}
		n := 0
		if r.main != "*" {
			n++
		}
		if r.sub != "*" {
			n++
		}
		if n > specificity || n == specificity && r.quality > quality {
			quality, specificity = r.quality, n
		}
	}
	return quality
}

// mediaRanges returns the elements of Accept that can be read.
func mediaRanges(accept []string) []mediaRange {
	var out []mediaRange
	for _, value := range accept {
		for value != "" && len(out) < maxMediaRanges {
			var element string
			element, value = cutElement(value)
			if r, ok := parseMediaRange(element); ok {
				out = append(out, r)
			}
		}
	}
	return out
}

// cutElement cuts the first element of a list at its comma. A quoted string may contain commas.
func cutElement(s string) (element, rest string) {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch {
		case quoted && s[i] == '\\':
			i++
		case s[i] == '"':
			quoted = !quoted
		case s[i] == ',' && !quoted:
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}

// parseMediaRange reads a media range. It is not ok if it is malformed.
func parseMediaRange(s string) (r mediaRange, ok bool) {
	mediaType, params, err := mime.ParseMediaType(s)
	if err != nil {
		return r, false
	}
	r.quality = 1
	if r.main, r.sub, ok = strings.Cut(mediaType, "/"); !ok || r.main == "*" && r.sub != "*" {
		return r, false
	}
	for name, value := range params {
		switch name {
		case "q":
			if r.quality, ok = parseQuality(value); !ok {
				return r, false
			}
		case "charset":
			r.params = r.params || !strings.EqualFold(value, "utf-8")
		default:
			r.params = true
		}
	}
	return r, true
}

// parseQuality reads a weight: 0 to 1 with at most three digits after the point (RFC 9110, 12.4.2).
func parseQuality(s string) (float64, bool) {
	if len(s) == 0 || len(s) > 5 || strings.Trim(s, "0123456789.") != "" || s[0] != '0' && s[0] != '1' {
		return 0, false
	}
	q, err := strconv.ParseFloat(s, 64)
	return q, err == nil && q <= 1
}
