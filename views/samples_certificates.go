package views

import (
	"fmt"

	"github.com/a-h/templ"
)

func samplesOfCertificates(add func(string, templ.Component)) {
	p := Certificates{Frame: sampleFrame("Certificate"), BackPath: "/accounts/harbor/cloud-providers", Current: sampleCertificate(), Total: 5, ToMove: 4}
	p.Current.RenewPath = "/accounts/harbor/certificate/new"
	p.Links = []CertificateMove{
		sampleMove("1", "Production"),
		sampleMove("2", "Staging"),
		sampleMove("3", "Billing"),
		sampleMove("4", "Archive, which nobody in the company has looked at for a very long time"),
		{ID: "5", Label: "Website", Path: samplePath, Says: "Uses the current certificate.", Tone: ToneOK, Action: samplePath + "/certificate", To: "1", ToMade: "11 March 2026", Back: true},
	}
	running, waiting, refused, off := &p.Links[0], &p.Links[1], &p.Links[2], &p.Links[3]
	running.Says, running.Action, running.Commands, running.PollPath, running.PollAfter = "Checking the link with the other certificate.", "", nil, samplePath+"/certificate", 1
	waiting.Says, waiting.Retry, waiting.PollPath, waiting.PollAfter = "Azure hasn't accepted the other certificate yet.", 42, samplePath+"/certificate", 42
	waiting.Detail = "If you added it in the last few minutes, Azure may still be copying it. Mooring keeps trying until 09:29 UTC. Meanwhile, the link uses its present certificate."
	refused.Says = "The last check with the current certificate failed. The link still uses the older one, which expires 9 December 2026."
	refused.Problem = sampleRefused()[1:2]
	refused.Problem[0].CERPath = "/accounts/harbor/certificates/cer_2.cer"
	off.Detail, off.Action = "Mooring doesn't check a link that is disabled or waiting for approval. Have it enabled or approved first.", ""
	add("certificates", CertificatesPage(p))
	add("certificates-done", CertificatesPage(Certificates{Frame: p.Frame, BackPath: p.BackPath, Current: p.Current, Total: 1, Links: p.Links[4:]}))

	n := NewCertificate{Frame: sampleFrame("Make a new certificate"), Current: sampleCertificate(), Total: 1204,
		Action: "/accounts/harbor/certificate/renew", CancelPath: "/accounts/harbor/certificate"}
	for i := range 20 {
		n.Links = append(n.Links, Link{Text: fmt.Sprintf("Subscription %d", i+1), Path: samplePath})
	}
	add("certificate-new", NewCertificatePage(n))
	n.Total, n.Links, n.JustMade = 0, nil, "A new certificate was made a few minutes ago. Use that one, or wait 10 minutes to make another."
	add("certificate-just-made", NewCertificatePage(n))
}

func sampleMove(id, label string) CertificateMove {
	return CertificateMove{ID: id, Label: label, Path: samplePath, Says: "Uses an older certificate, which expires 9 December 2026.", Tone: ToneWaiting,
		Commands: sampleTrust(), Action: samplePath + "/certificate", To: "2"}
}
