package notify

import (
	"testing"
	"time"
)

func TestAFailingEndpointGetsOneRequestAtATimeAndAnOverloadedOneNone(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for name, c := range map[string]struct {
		endpoint endpoint
		open     bool
	}{
		"idle":                   {endpoint{}, true},
		"below its limit":        {endpoint{inFlight: maxPerWebhook - 1}, true},
		"at its limit":           {endpoint{inFlight: maxPerWebhook}, false},
		"failing":                {endpoint{failing: true}, true},
		"failing with a request": {endpoint{failing: true, inFlight: 1}, false},
		"overloaded":             {endpoint{notBefore: now.Add(time.Millisecond)}, false},
		"after its Retry-After":  {endpoint{notBefore: now}, true},
	} {
		if got := c.endpoint.open(now); got != c.open {
			t.Errorf("an endpoint that is %s is open: %t", name, got)
		}
	}
	if maxInFlight < MaxWebhooks {
		t.Error("endpoints that do not respond can occupy all requests")
	}
}
