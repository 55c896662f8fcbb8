package awssim

import "fmt"

// Linked are the three ARNs that somebody gives to Mooring.
type Linked struct{ TrustAnchor, Profile, Role string }

// Link makes the trust anchor, the role and the profile that let certificates of an
// authority with a common name into an account, as Mooring's commands do, in the
// account's own region. The account's story applies.
func (s *Simulator) Link(number, name, authorityPEM string) (Linked, error) {
	var l Linked
	var failure error
	err := s.change(number, func(a *account) {
		l, failure = s.world.link(a, name, authorityPEM)
	})
	if err == nil {
		err = failure
	}
	return l, err
}

func (w *world) link(a *account, name, authorityPEM string) (Linked, error) {
	t, err := w.createAnchor(a, a.Region, name, authorityPEM, true)
	if err != nil {
		return Linked{}, err
	}
	trust := fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"rolesanywhere.amazonaws.com"},`+
		`"Action":["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"],"Condition":{"StringEquals":{"aws:PrincipalTag/x509Subject/CN":%q},"ArnEquals":{"aws:SourceArn":%q}}}]}`, name, t.arn)
	r, err := w.createRole(a, name, "/", trust, 3600)
	if err != nil {
		return Linked{}, err
	}
	if err := a.attach(r, "arn:"+a.Partition+":iam::aws:policy/job-function/ViewOnlyAccess"); err != nil {
		return Linked{}, err
	}
	preflight := fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:SimulatePrincipalPolicy","Resource":%q}]}`, r.arn)
	if err := a.putPolicy(r, "preflight", preflight); err != nil {
		return Linked{}, err
	}
	p, err := w.createProfile(a, a.Region, profile{name: name, roles: []string{r.arn}, enabled: true, duration: 3600})
	if err != nil {
		return Linked{}, err
	}
	return Linked{t.arn, p.arn, r.arn}, nil
}

// Administrator gives the access key of an account's administrator, with which its
// CloudShell is signed in.
func (s *Simulator) Administrator(number string) (accessKey, secretKey string, ok bool) {
	err := s.change(number, func(a *account) { accessKey, secretKey = a.administrator.id, a.administrator.secret })
	return accessKey, secretKey, err == nil
}
