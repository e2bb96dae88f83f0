package render_test

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/clausea/crawler/internal/crawl/crawltest"
	"github.com/clausea/crawler/internal/crawl/render"
)

// remoteBrowser starts a browser with a DevTools port and without the flags of this package, and
// returns its DevTools URL.
func remoteBrowser(t *testing.T) string {
	t.Helper()
	path := browserPath(t)
	if path == "" {
		path = "chromium"
	}
	dir := shortTempDir(t)
	cmd := exec.Command(path, "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0", "--user-data-dir="+dir, "about:blank")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Env = append(os.Environ(), "HOME="+dir, "TMPDIR="+dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Wait()
	})
	port := ""
	waitUntil(t, "the remote browser listens", func() bool {
		raw, _ := os.ReadFile(filepath.Join(dir, "DevToolsActivePort"))
		port, _, _ = strings.Cut(string(raw), "\n")
		return port != ""
	})
	return "ws://127.0.0.1:" + port
}

// A remote browser has network access and isolates cross-site frames in other processes. Neither must
// make a difference.
func TestARemoteBrowserRendersPagesAndReachesNoInternalAddress(t *testing.T) {
	t.Parallel()
	web := crawltest.NewWeb(t)
	canaries := crawltest.NewCanaries(t, web.Port())
	udp, packets := udpCanary(t)
	inside := "127.0.0.2:" + web.Port()
	mux := http.NewServeMux()
	page := func(path, body string) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", map[bool]string{true: "text/javascript", false: "text/html"}[strings.HasSuffix(path, ".js")])
			_, _ = fmt.Fprint(w, body)
		})
	}
	page("/", `<title>A page</title><body><iframe src="http://frame.test/frame"></iframe><script src="/app.js"></script>`)
	page("/app.js", `document.body.insertAdjacentHTML('beforeend', '<p>made by a script. `+longText+`</p>');
		window.open('http://`+inside+`/');
		for (const w of [window, document.body.appendChild(document.createElement('iframe')).contentWindow]) {
			try { const c = new w.RTCPeerConnection({iceServers: [{urls: ['stun:`+udp+`']}]}); c.createDataChannel('x'); c.createOffer().then((o) => c.setLocalDescription(o)) } catch {}
		}
		for (const s of ['ws', 'wss']) { try { new WebSocket(s + '://`+inside+`/') } catch {} }
		new Worker(URL.createObjectURL(new Blob(["fetch('http://`+inside+`/', {mode: 'no-cors'}).catch(() => {}); new WebSocket('ws://`+inside+`/')"])));
		try { navigator.serviceWorker.register('/app.js') } catch {}
		for (const tag of ['img', 'iframe', 'script']) { const e = document.createElement(tag); e.src = 'http://`+inside+`/'; document.body.append(e) }`)
	page("/frame", `<body><script src="/frame.js"></script><iframe srcdoc="<p>the inner frame"></iframe><img src="http://`+inside+`/"><script src="http://`+inside+`/x.js"></script>`)
	page("/frame.js", `document.body.insertAdjacentHTML('beforeend', '<p>the frame of another site'); new WebSocket('ws://`+inside+`/'); fetch('http://`+inside+`/', {mode: 'no-cors'}).catch(() => {})`)
	web.Handle("good.test", mux)
	web.Handle("frame.test", mux)
	p := newPool(t, web, render.Config{Browser: remoteBrowser(t)})
	for range 2 {
		rendered, err := p.Render(t.Context(), render.Request{URL: "http://good.test/"})
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"made by a script", "the frame of another site", "the inner frame"} {
			if !strings.Contains(rendered.HTML, want) {
				t.Errorf("%q is not in %s", want, rendered.HTML)
			}
		}
		if rendered.Refused[render.RefusedAddress] < 3 || rendered.Refused[render.RefusedSocket] == 0 {
			t.Errorf("refused %v", rendered.Refused)
		}
	}
	if n, m := canaries.Hits(), packets.Load(); n != 0 || m != 0 {
		t.Errorf("%d connections and %d packets to internal addresses", n, m)
	}
}

func TestAnUnreachableRemoteBrowserIsReported(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"ws://127.0.0.1:1", "http://127.0.0.1:1/?token=hidden-word", "ws://127.0.0.1:1/devtools/browser/x?token=hidden-word"} {
		p, err := render.New(t.Context(), render.Config{Browser: at})
		if err != nil {
			t.Fatal(err)
		}
		_, err = p.Render(t.Context(), render.Request{URL: "http://good.test/"})
		if reasonOf(err) != render.NoBrowser || strings.Contains(err.Error(), "hidden-word") {
			t.Errorf("%v", err)
		}
		p.Close()
	}
}
