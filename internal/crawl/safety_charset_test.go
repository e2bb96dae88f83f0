package crawl_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"golang.org/x/text/encoding/htmlindex"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/crawl/crawltest"
)

// labels has one label for each encoding of the Encoding standard
// (encoding.spec.whatwg.org), with a text that the encoding can represent.
var labels = map[string]string{
	"utf-8": "Datenschutzerklärung", "ibm866": "Конфиденциальность", "iso-8859-2": "Prywatność", "iso-8859-3": "Privatezza à",
	"iso-8859-4": "Privātums", "iso-8859-5": "Конфиденциальность", "iso-8859-6": "خصوصية", "iso-8859-7": "Απόρρητο", "iso-8859-8": "פרטיות",
	"iso-8859-10": "Yksityisyys ä", "iso-8859-13": "Privatumas ą", "iso-8859-14": "Preifatrwydd ŵ", "iso-8859-15": "Confidentialité €", "iso-8859-16": "Confidențialitate ș",
	"koi8-r": "Конфиденциальность", "koi8-u": "Конфіденційність", "macintosh": "Confidentialité", "windows-874": "ความเป็นส่วนตัว", "windows-1250": "Soukromí ř",
	"windows-1251": "Конфиденциальность", "windows-1252": "Confidentialité", "windows-1253": "Απόρρητο", "windows-1254": "Gizlilik ş", "windows-1255": "פרטיות",
	"windows-1256": "خصوصية", "windows-1257": "Privātums", "windows-1258": "Riêng", "x-mac-cyrillic": "Конфиденциальность", "gbk": "隐私政策", "gb18030": "隐私政策",
	"big5": "隱私權政策", "euc-jp": "プライバシー", "iso-2022-jp": "プライバシー", "shift_jis": "プライバシー", "euc-kr": "개인정보", "utf-16le": "Datenschutzerklärung", "utf-16be": "Datenschutzerklärung",
}

func TestLinksAreReadInEveryEncoding(t *testing.T) {
	t.Parallel()
	w := crawltest.NewWeb(t)
	w.Handle("public.example", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Type", "text/html")
		label, inMeta := strings.CutSuffix(strings.TrimPrefix(r.URL.Path, "/in/"), "/meta")
		text, ok := labels[label]
		if !ok {
			var links []string
			for l := range labels {
				links = append(links, "/in/"+l)
				if !strings.HasPrefix(l, "utf-16") { // a meta tag cannot declare it
					links = append(links, "/in/"+l+"/meta")
				}
			}
			_, _ = fmt.Fprint(rw, crawltest.HTML("home", links...))
			return
		}
		page := fmt.Sprintf("<title>%s</title><a href=/about>%s</a>", text, text)
		if inMeta {
			page = "<meta charset=" + label + ">" + page
		} else {
			rw.Header().Set("Content-Type", "text/html; charset="+label)
		}
		enc, err := htmlindex.Get(label)
		if err != nil {
			t.Errorf("%s: %v", label, err)
			return
		}
		body, err := enc.NewEncoder().String(page)
		if err != nil {
			t.Errorf("%s: %v", label, err)
		}
		_, _ = rw.Write([]byte(body))
	}))
	var mu sync.Mutex
	linkTexts := map[string]string{}
	recorder := &crawltest.Recorder{Classify: func(p *crawl.Page) crawl.Verdict {
		mu.Lock()
		defer mu.Unlock()
		if p.Links != nil && len(p.Links.Links) == 1 {
			linkTexts[strings.TrimPrefix(p.URL, "http://public.example")] = p.Links.Links[0].Text
		}
		return crawl.Verdict{Legal: true}
	}}
	plan := crawltest.Plan("public.example")
	for l := range labels {
		plan.Seeds = append(plan.Seeds, crawl.Seed{URL: "http://public.example/in/" + l, Pinned: true}, crawl.Seed{URL: "http://public.example/in/" + l + "/meta", Pinned: true})
	}
	crawltest.Crawl(t, crawltest.Engine(t, w.Config()), plan, recorder)
	for l, want := range labels {
		if got := linkTexts["/in/"+l]; got != want {
			t.Errorf("%s in the header: %q, want %q", l, got, want)
		}
		if got := linkTexts["/in/"+l+"/meta"]; got != want && !strings.HasPrefix(l, "utf-16") {
			t.Errorf("%s in a meta tag: %q, want %q", l, got, want)
		}
	}
}
