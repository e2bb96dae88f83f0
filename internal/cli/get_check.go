package cli

import (
	"slices"
	"strings"
)

// getKinds lists what get shows, for usage errors.
const getKinds = "company [NAME], crawljob [NAME] or events; or stored records: histories, documents [ID|URL], versions ID|URL, runs or pages [URL] --company NAME"

// check returns a usage error if a get command for records of the store is incomplete or
// wrong, so that the store need not be opened.
func (g *getter) check(args []string) error {
	what, named := args[0], len(args)-1
	switch what {
	case "histories", "history":
		if named > 0 {
			return usage("get %s: expected no name; --company NAME selects one, and get company NAME shows the resource", what)
		}
	case "documents", "document":
		if named > 1 {
			return usage("get %s: expected one ID or URL, got %d", what, named)
		}
	case "versions":
		if named != 1 {
			return usage("get versions: expected the ID or URL of one document, got %d; get documents lists them", named)
		}
	case "runs":
		if named > 0 {
			return usage("get runs: expected no name; --company NAME shows the runs of one company")
		}
	case "pages":
		if err := g.checkPages(named); err != nil {
			return err
		}
	default:
		return usage("get %s: unknown resource %q; specify a resource: %s", strings.Join(args, " "), what, getKinds)
	}
	if g.version < 0 {
		return usage("--version %d: version numbers start at 1", g.version)
	}
	formats := []string{"table", "json", "yaml"}
	if strings.HasPrefix(what, "document") && named == 1 {
		formats = append(formats, "markdown")
	}
	if !slices.Contains(formats, g.output) {
		return invalidOutput(g.output, formats...)
	}
	return nil
}

// checkPages checks get pages with the given number of URLs.
func (g *getter) checkPages(named int) error {
	switch {
	case g.company == "" && (g.pageFlags.run == "" || g.raw):
		return usage("get pages: add --company NAME; get histories lists the companies, and get runs the runs for --run ID")
	case named > 1:
		return usage("get pages: expected one URL, got %d", named)
	case g.raw && named == 0:
		return usage("get pages --raw: name the URL of one page; get pages --company %s lists them", g.company)
	case g.raw && g.output != "table":
		return usage("get pages --raw writes the page itself: omit -o %s", g.output)
	}
	return nil
}
