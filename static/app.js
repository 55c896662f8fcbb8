// What the browser does for Mooring beside htmx. Every page works without it.
(() => {
  'use strict'

  const page = document.documentElement
  const byId = (id) => document.getElementById(id)
  const here = () => location.pathname + location.search

  // Said aloud by screen readers. While the dialog is open, nothing outside it
  // is heard, so it has a place of its own.
  const dialog = byId('dialog')
  const place = (name) => (dialog.open && byId('dialog-' + name)) || byId(name === 'alert' ? 'page-alert' : name)
  let said = (document.querySelector('[data-announce]') || { dataset: {} }).dataset.announce || ''
  const say = (text) => {
    const slot = place('announce')
    if (slot) slot.textContent = text
  }

  // What was typed: a form with data-typed asks before it is left. When somebody
  // has to sign in before it can be saved, its values wait in this tab.

  const typedForm = () => document.querySelector('form[data-typed]')
  const valuesOf = (form) => JSON.stringify([...new FormData(form)])
  let untouched = '' // the values that need no saving
  let leaving = false // on the way to another page, with what was typed or without it

  const unsaved = () => {
    const form = typedForm()
    return Boolean(form) && !leaving && !form.closest('dialog:not([open])') && valuesOf(form) !== untouched
  }

  window.addEventListener('beforeunload', (e) => {
    const seen = !navigator.userActivation || navigator.userActivation.hasBeenActive // else browsers refuse to ask
    if (!seen || !unsaved()) return
    e.preventDefault()
    e.returnValue = true
  })
  document.addEventListener('input', () => { leaving = false })

  // Drafts are kept for the person in whose page they were typed.
  const person = page.dataset.person || ''
  const draftPrefix = 'mooring-draft:'

  const drafts = () => {
    try { // a browser can refuse storage
      return Object.keys(sessionStorage).filter((key) => key.startsWith(draftPrefix))
    } catch {
      return []
    }
  }

  const readDraft = (key) => {
    try {
      return JSON.parse(sessionStorage.getItem(key))
    } catch {
      return null
    }
  }

  const writeDraft = (key, draft) => {
    try {
      sessionStorage.setItem(key, JSON.stringify(draft))
    } catch {
      // It is lost then, as it is without a script.
    }
  }

  const forgetDrafts = (but) => {
    for (const key of drafts()) {
      if (key !== but) sessionStorage.removeItem(key)
    }
  }

  // What was pasted is never kept, and nothing else that may be a secret.
  const mayKeep = (value) => !/[{\n]/.test(value) && (value.length <= 32 || /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/i.test(value) || /\s/.test(value))

  const keepDraft = (form, signIn) => {
    if (!person) return
    const all = [...new FormData(form)].filter(([, value]) => value !== '')
    const values = all.filter(([name, value]) => form.elements[name].type !== 'textarea' && form.elements[name].type !== 'password' && mayKeep(value))
    writeDraft(draftPrefix + person, { action: form.getAttribute('action'), values, dropped: values.length < all.length, signIn })
  }

  const remark = (text) => {
    const box = document.createElement('div')
    box.className = 'notice tone-waiting'
    box.setAttribute('role', 'status')
    box.dataset.testid = 'draft'
    const p = document.createElement('p')
    p.textContent = text
    box.append(p)
    return box
  }

  // beginTyping takes the form as it comes, or puts the draft into it.
  const beginTyping = () => {
    const form = typedForm()
    if (!form) return
    untouched = valuesOf(form)
    previewed = untouched
    if (byId('summary') && form.querySelector('input:not([type=hidden], [type=radio])[value]:not([value=""])')) untouched = '' // it came back
    const draft = person && readDraft(draftPrefix + person)
    if (!draft || !draft.signIn || draft.action !== form.getAttribute('action')) return
    forgetDrafts()
    untouched = ''
    for (const [name, value] of draft.values) {
      const control = form.elements[name]
      if (control) control.value = value // of radio buttons, too
    }
    showFieldsOfMethod(form)
    form.before(remark('You are signed in again, and what you typed is still here. Save it to continue.' +
      (draft.dropped ? " Mooring didn't keep what you pasted. Paste it again." : '')))
    const parts = form.querySelector('.parts')
    const preview = () => parts.dispatchEvent(new Event('change'))
    if (document.readyState === 'complete') preview()
    else window.addEventListener('load', preview) // by then htmx listens
  }

  const draftsOfThisPage = () => {
    if (location.pathname.startsWith('/login') && !person) {
      for (const key of drafts()) {
        const draft = readDraft(key)
        if (!draft) continue
        writeDraft(key, { ...draft, signIn: true })
        const text = 'Your session has ended. Sign in to continue. What you typed is kept in this tab' + (draft.dropped ? ', except what you pasted.' : '.')
        const lost = document.querySelector('[data-lost]')
        if (lost) lost.replaceWith(remark(text))
        else if (document.querySelector('main h1')) document.querySelector('main h1').after(remark(text))
      }
    } else if (person) {
      forgetDrafts(draftPrefix + person) // those of others
      const draft = readDraft(draftPrefix + person)
      if (draft && !draft.signIn) forgetDrafts() // it was answered
    }
  }

  document.addEventListener('submit', (e) => {
    if (e.defaultPrevented) return
    if (e.target.getAttribute('action') === '/logout') forgetDrafts()
    if (!e.target.matches('[data-typed]')) return
    leaving = true
    keepDraft(e.target, false)
  })

  // Discarding

  const question = document.createElement('dialog')
  question.id = 'question'
  question.setAttribute('aria-labelledby', 'question-title')

  const askToDiscard = (discard) => {
    if (question.open) return
    question.innerHTML = '<h2 id="question-title">Discard what you typed?</h2><p>Your changes aren\'t saved.</p><form method="dialog" class="actions">' +
      '<button class="primary" autofocus>Keep editing</button><button class="danger" value="discard">Discard</button></form>'
    question.returnValue = ''
    question.onclose = () => {
      question.remove()
      if (question.returnValue === 'discard') discard()
    }
    document.body.append(question)
    question.showModal()
  }

  // The dialog has an address: that of the page which shows the same.

  let opener = null
  let ownAddress = false // the dialog stands in the history
  let goingBack = false // to the address of the page below it
  let openAgain = null
  let finish = () => {}
  const pageAddress = here()

  const dialogState = { dialog: true }
  const inDialogState = () => Boolean(history.state && history.state.dialog)

  const setAddress = (address) => {
    if (ownAddress) history.replaceState(dialogState, '', address)
    else history.pushState(dialogState, '', address)
    ownAddress = true
  }

  const show = (address) => {
    if (!dialog.hasChildNodes()) return
    if (goingBack) {
      openAgain = () => show(address)
      return
    }
    if (!dialog.open) {
      opener = document.activeElement
      said = ''
      dialog.setAttribute('aria-labelledby', 'dialog-title')
      page.style.setProperty('--scrollbar', Math.max(0, window.innerWidth - page.clientWidth) + 'px')
      page.classList.add('dialog-open')
      dialog.showModal()
    }
    if (address) setAddress(address)
    const first = byId('summary') || byId('dialog-title')
    if (first && dialog.contains(first)) first.focus()
    dialog.scrollTop = 0
  }

  const discardDialog = () => {
    forgetDrafts()
    leaving = true
    dialog.close()
  }

  const mayClose = () => {
    if (!unsaved()) return true
    askToDiscard(discardDialog)
    return false
  }

  dialog.addEventListener('keydown', (e) => {
    if (e.key === 'Escape' && !e.isComposing && !e.defaultPrevented && !mayClose()) e.preventDefault()
  })
  dialog.addEventListener('cancel', (e) => {
    if (e.target === dialog && !mayClose()) e.preventDefault()
  })
  dialog.addEventListener('submit', (e) => {
    if (e.target.getAttribute('method') === 'dialog' && !mayClose()) e.preventDefault()
  })
  dialog.addEventListener('click', (e) => { // a link within the dialog is no way through the history
    const link = e.target.closest('a[href^="#"]')
    const target = link && byId(link.getAttribute('href').slice(1))
    if (!target) return
    e.preventDefault()
    target.focus()
    target.scrollIntoView({ block: 'center' })
  })

  dialog.addEventListener('close', () => {
    if (dialog.open) return // opened again meanwhile
    if (!leaving && typedForm() && dialog.contains(typedForm()) && valuesOf(typedForm()) !== untouched) { // not every browser can be stopped
      dialog.showModal()
      mayClose()
      return
    }
    leaving = false
    page.classList.remove('dialog-open')
    const saved = dialog.querySelector('[data-saved]')
    finish = () => {
      const again = openAgain
      openAgain = null
      if (!again) dialog.replaceChildren()
      // The list may have been swapped meanwhile; what stands there now has the same id.
      const back = opener && (opener.isConnected ? opener : byId(opener.id))
      if (back) back.focus()
      opener = null
      if (again) again()
      if (!saved) return
      if (byId('providers')) document.body.dispatchEvent(new CustomEvent('credentials-changed'))
      else location.reload()
    }
    const back = ownAddress && inDialogState()
    ownAddress = false
    if (back) {
      goingBack = true
      history.back()
    } else {
      finish()
    }
  })

  window.addEventListener('popstate', () => {
    if (goingBack) {
      setTimeout(() => { // after a browser has dealt with the fragment of the address, which takes the focus
        goingBack = false
        finish()
      })
    } else if (dialog.open && ownAddress && !inDialogState()) {
      const address = dialog.dataset.address
      if (unsaved()) {
        ownAddress = false
        setAddress(address)
        askToDiscard(discardDialog)
      } else {
        dialog.close()
      }
    } else if (!dialog.open && here() !== pageAddress && !(history.state && history.state.htmx)) {
      location.reload() // the page at this address is another one
    }
  })

  // Swaps: what was open stays open, what is being typed stays as it is.

  let openDetails = []

  const remember = () => {
    openDetails = [...document.querySelectorAll('main details[id], dialog details[id]')].map((d) => [d.id, d.open])
  }

  const settle = (root) => {
    for (const [id, open] of openDetails) {
      const d = byId(id)
      if (d && root.contains(d)) d.open = open
    }
    for (const box of root.querySelectorAll('.field')) {
      const input = box.querySelector('input, select, textarea')
      if (!input) continue
      const fault = box.querySelector('.field-error')
      if (fault) input.setAttribute('aria-invalid', 'true')
      else input.removeAttribute('aria-invalid')
      if (fault && input === document.activeElement) box.scrollIntoView({ block: 'nearest' })
    }
    const news = root.querySelector('[data-announce]')
    if (news && news.dataset.announce !== said) {
      said = news.dataset.announce
      say(said)
    }
  }

  document.addEventListener('htmx:beforeSwap', (e) => {
    // A preview that comes after its form is gone has nowhere to go.
    const { elt } = e.detail.requestConfig
    if (elt.matches('.parts') && !elt.isConnected) e.detail.shouldSwap = false
    remember()
  })

  // What did not change is left alone, and what did changes in place: a button
  // that is pressed, or has the focus, must not go.

  const ownState = ['open', 'data-done'] // of what stands in the page

  const sync = (old, now) => {
    for (const { name } of [...old.attributes]) {
      if (!now.hasAttribute(name) && !ownState.includes(name)) old.removeAttribute(name)
    }
    for (const { name, value } of [...now.attributes]) {
      if (old.getAttribute(name) !== value && !ownState.includes(name)) old.setAttribute(name, value)
    }
    syncChildren(old, now)
  }

  const areAlike = (a, b) => a.nodeName === b.nodeName && a.id === b.id && a.className === b.className

  const syncChildren = (old, now) => {
    let there = old.firstChild
    for (const node of [...now.childNodes]) {
      let like = there
      while (like && !areAlike(like, node)) like = like.nextSibling
      if (!like) {
        old.insertBefore(node, there)
        continue
      }
      while (there !== like) {
        const gone = there
        there = there.nextSibling
        gone.remove()
      }
      if (like.nodeType === Node.ELEMENT_NODE) sync(like, node)
      else if (like.data !== node.data) like.data = node.data
      there = like.nextSibling
    }
    while (there) {
      const gone = there
      there = there.nextSibling
      gone.remove()
    }
  }

  // While a button of the mouse is down, nothing moves from under it.
  let pressed = false
  let later = []

  const atRest = (change) => {
    if (pressed) later.push(change)
    else change()
  }

  const released = () => {
    pressed = false
    setTimeout(() => { // the click comes first
      const changes = later
      later = []
      for (const change of changes) change()
    })
  }

  document.addEventListener('pointerdown', () => { pressed = true }, true)
  for (const name of ['pointerup', 'pointercancel', 'dragend']) document.addEventListener(name, released, true)
  window.addEventListener('blur', released)

  document.addEventListener('htmx:oobBeforeSwap', (e) => {
    const { target, fragment } = e.detail
    if (target === document.activeElement) e.detail.shouldSwap = false
    if (!target.closest('.parts, #learn-more')) return
    e.detail.shouldSwap = false
    const now = fragment.cloneNode(true)
    atRest(() => {
      if (now.nodeType === Node.ELEMENT_NODE) {
        syncChildren(target, now) // its inside
      } else if (target !== document.activeElement) {
        const element = now.firstElementChild
        if (target.matches('input') && target.value !== element.value) target.value = element.value
        sync(target, element)
      }
    })
  })

  // Fields that only other methods have wait out of sight, with what is in them.

  const showFieldsOfMethod = (form) => {
    const method = new FormData(form).get('method')
    for (const field of form.querySelectorAll('[data-methods]')) {
      field.hidden = !field.dataset.methods.split(' ').includes(method)
    }
  }
  document.addEventListener('change', (e) => {
    if (e.target.name === 'method' && e.target.closest('form[data-typed]')) showFieldsOfMethod(e.target.form)
  })

  // The preview is asked for once for what is typed.

  let previewed = '' // the values of which the page shows the preview
  let asked = ''
  const parts = (e) => e.detail.elt.matches && e.detail.elt.matches('.parts')

  document.addEventListener('htmx:configRequest', (e) => {
    if (!parts(e)) return
    asked = valuesOf(e.detail.elt.closest('form'))
    if (asked === previewed) e.preventDefault()
  })
  document.addEventListener('htmx:afterRequest', (e) => {
    if (!parts(e) || !e.detail.successful) return
    const form = e.detail.elt.closest('form')
    const of = JSON.parse(asked)
    atRest(() => {
      const found = [form.dataset.found, 'found'] // by Mooring, and so a part of the answer
      previewed = JSON.stringify(of.map(([name, value]) => {
        const control = form.elements[name]
        return [name, found.includes(name) && control !== document.activeElement ? control.value : value]
      }))
      form.dispatchEvent(new CustomEvent('previewed'))
    })
  })

  // latest waits until the page shows the preview of what is typed, or for three
  // seconds.
  const latest = (form) => new Promise((resolve) => {
    const isThere = () => valuesOf(form) === previewed
    if (isThere()) return resolve()
    const done = () => {
      clearTimeout(timer)
      form.removeEventListener('previewed', look)
      resolve()
    }
    const look = () => { if (isThere()) done() }
    const timer = setTimeout(done, 3000)
    form.addEventListener('previewed', look)
    form.querySelector('.parts').dispatchEvent(new Event('change'))
  })

  document.addEventListener('htmx:afterSettle', (e) => {
    if (e.detail.target === dialog) {
      const { requestConfig, pathInfo } = e.detail
      const open = byId('linked-open')
      if (requestConfig.verb === 'get') dialog.dataset.address = pathInfo.requestPath
      else if (open && dialog.querySelector('[data-saved]')) dialog.dataset.address = open.getAttribute('href')
      show(dialog.dataset.address)
      if (requestConfig.verb === 'get') beginTyping()
      else if (!typedForm()) forgetDrafts()
      else previewed = valuesOf(typedForm())
    }
    settle(dialog.open ? dialog : document.body)
  })

  // What leads elsewhere. A dialog gives its place in the history away.

  document.addEventListener('htmx:beforeOnLoad', (e) => {
    const { xhr, requestConfig } = e.detail
    const target = xhr.getResponseHeader('HX-Redirect')
    if (!target) return
    const form = typedForm()
    const saves = form && requestConfig.elt === form
    if (xhr.status === 401 && unsaved() && !saves) { // saving will ask to sign in
      e.preventDefault()
      return
    }
    if (saves && xhr.status === 401) keepDraft(form, true)
    else if (saves) forgetDrafts()
    leaving = true
    if (!dialog.open || !ownAddress) return
    e.preventDefault()
    location.replace(target)
  })

  // Loading is shown when it takes longer than a moment, if somebody waits for it.

  let loading = 0

  document.addEventListener('htmx:beforeSend', (e) => {
    if (!e.detail.requestConfig.triggeringEvent) return // the page asks again by itself
    loading++
    const timer = setTimeout(() => page.classList.add('loading'), 120)
    e.detail.xhr.addEventListener('loadend', () => {
      clearTimeout(timer)
      if (--loading === 0) page.classList.remove('loading')
    })
  })

  // No answer

  const noAnswer = "Mooring didn't respond. Check your connection and try again."

  const alertNoAnswer = () => {
    const slot = place('alert')
    if (slot.textContent === noAnswer) return
    const p = document.createElement('p')
    p.className = 'summary tone-attention'
    p.textContent = noAnswer
    slot.replaceChildren(p)
  }

  document.addEventListener('htmx:sendError', alertNoAnswer)
  document.addEventListener('htmx:timeout', alertNoAnswer)
  document.addEventListener('htmx:beforeOnLoad', () => {
    for (const slot of [byId('page-alert'), byId('dialog-alert')]) {
      if (slot && slot.textContent === noAnswer) slot.replaceChildren()
    }
  })

  // Copying

  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text)
      return true
    } catch { // plain http on a local network: there is no clipboard
      const box = document.createElement('textarea')
      box.value = text
      box.className = 'visually-hidden'
      ;(dialog.open ? dialog : document.body).append(box)
      box.select()
      const done = document.execCommand('copy')
      box.remove()
      return done
    }
  }

  // missingIn says what has to be typed before a command is worth copying: it
  // holds <subscription-id> where the ID belongs.
  const missingIn = (command) => {
    const mark = command.match(/<([a-z]+(?:-[a-z]+)*)>/)
    return mark ? 'Enter the ' + mark[1].replace(/-/g, ' ').replace(/\bid\b/g, 'ID') + ' first' : ''
  }

  const copied = async (button) => {
    const from = button.dataset.copyFrom
    const form = button.closest('form[data-typed]')
    if (form && from) await latest(form)
    const text = from ? byId(from).textContent : button.dataset.copy
    const missing = form && from && missingIn(text)
    const done = !missing && await copy(text)
    button.focus()
    button.dataset.done = missing || (done ? 'Copied' : 'Select it and copy')
    say(button.dataset.done)
    setTimeout(() => { delete button.dataset.done }, 2000)
  }

  document.addEventListener('click', (e) => {
    for (const menu of document.querySelectorAll('details.menu[open]')) {
      if (!menu.contains(e.target)) menu.open = false
    }
    closeHanging(e.target)
    const button = e.target.closest('[data-copy], [data-copy-from], [data-email], [data-close], [data-discard]')
    if (!button) return
    if (button.hasAttribute('data-discard')) {
      forgetDrafts()
      leaving = true
    } else if (button.hasAttribute('data-close')) {
      e.preventDefault()
      discardDialog()
    } else if (button.dataset.email) {
      byId('email').value = button.dataset.email
      byId('password').value = button.dataset.password
      byId('password').form.querySelector('[type=submit]').focus()
    } else {
      copied(button)
    }
  })

  // What hangs over a list makes way for it.

  const closeHanging = (target) => {
    const hanging = document.querySelector('.bulk-more[open]')
    if (hanging && !hanging.contains(target)) hanging.open = false
  }

  document.addEventListener('focusin', (e) => closeHanging(e.target))
  document.addEventListener('keydown', (e) => {
    const hanging = e.key === 'Escape' && e.target.closest('.bulk-more[open]')
    if (!hanging) return
    hanging.open = false
    hanging.querySelector('summary').focus()
  })

  // The menus: the arrow keys walk through what can be pressed, Escape closes.

  const pressable = (menu) => [...menu.querySelectorAll('summary, .menu-panel :is(a, button, input:not([type=hidden]))')]
    .filter((e) => e.getClientRects().length > 0)

  const step = (menu, key) => {
    const list = pressable(menu)
    const at = list.indexOf(document.activeElement)
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 1, End: list.length - 1 }[key]
    const target = list[Math.min(Math.max(next, 0), list.length - 1)]
    if (target) target.focus()
  }

  document.addEventListener('keydown', (e) => {
    const menu = document.querySelector('details.menu[open]')
    if (!menu) return
    if (e.key === 'Escape') {
      menu.open = false
      menu.querySelector('summary').focus()
      return
    }
    const typing = e.target.matches('input')
    if (!menu.contains(e.target) || e.altKey || e.ctrlKey || e.metaKey || e.isComposing) return
    if (['ArrowDown', 'ArrowUp'].includes(e.key) || (!typing && ['Home', 'End'].includes(e.key))) {
      e.preventDefault()
      step(menu, e.key)
    } else if (typing && e.key === 'Enter') {
      e.preventDefault()
      const first = byId(e.target.dataset.filter).querySelector('li:not([hidden]) a')
      if (first && e.target.value.trim()) first.click()
    }
  })

  // A long list is filtered while somebody types, and they hear how much is left.

  const filter = (input) => {
    const list = byId(input.dataset.filter)
    const wanted = input.value.trim().toLowerCase()
    let count = 0
    for (const item of list.children) {
      const name = item.querySelector('a').firstElementChild.textContent.trim().toLowerCase()
      item.hidden = !name.includes(wanted)
      if (!item.hidden) count++
    }
    byId(list.id + '-none').hidden = count > 0
    return count
  }

  document.addEventListener('input', (e) => {
    if (!e.target.matches('[data-filter]')) return
    const count = filter(e.target)
    say(count === 1 ? '1 account' : count + ' accounts')
  })

  for (const input of document.querySelectorAll('details.menu [data-filter]')) {
    const menu = input.closest('details')
    menu.addEventListener('toggle', () => {
      if (menu.open) input.focus()
      else input.value = ''
      filter(input)
    })
  }

  // Passkeys: the question comes from Mooring, the authenticator answers, and
  // the form carries the answer like any other.

  const passkeySays = {
    insecure: 'Passkeys work only over HTTPS. Ask the operator of this Mooring for its secure address.',
    unsupported: "This browser can't use passkeys here. Use a newer browser, or another sign-in method.",
    cancelled: { use: 'No passkey was used. Try again, or choose another sign-in method.', add: "No passkey was created. Try again when you're ready." },
    there: 'This device or security key already has a passkey of yours. Use another one.',
    address: "Passkeys don't work at this address.",
    failed: "That didn't work. Try again, or choose another sign-in method.",
  }

  let offered // what takes back the offer in the list of the browser
  let offeredAt = 0

  // Said is what a person may read of a failure.
  class Said extends Error {}

  // Why passkeys cannot be used here; empty if they can.
  const passkeyTrouble = () => {
    if (!window.isSecureContext) return passkeySays.insecure
    return window.PublicKeyCredential && navigator.credentials ? '' : passkeySays.unsupported
  }

  // The browsers' own helpers for JSON are missing in some browsers, and broken by
  // some password managers, so bytes are read and spelled here.

  const toBytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0))

  const toText = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')

  const passkeyOptions = (asked) => {
    const withBytes = (list) => list && list.map((c) => ({ ...c, id: toBytes(c.id) }))
    const options = { ...asked, challenge: toBytes(asked.challenge) }
    if (asked.user) options.user = { ...asked.user, id: toBytes(asked.user.id) }
    for (const name of ['allowCredentials', 'excludeCredentials']) {
      if (asked[name]) options[name] = withBytes(asked[name])
    }
    return options
  }

  const passkeyAnswer = (credential) => {
    const from = credential.response
    const response = { clientDataJSON: toText(from.clientDataJSON) }
    for (const name of ['attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
      if (from[name]) response[name] = toText(from[name])
    }
    if (from.attestationObject) {
      delete response.authenticatorData
      response.transports = from.getTransports ? from.getTransports() : []
    }
    const id = toText(credential.rawId)
    return JSON.stringify({
      id, rawId: id, type: 'public-key', response,
      authenticatorAttachment: credential.authenticatorAttachment || undefined,
      clientExtensionResults: credential.getClientExtensionResults ? credential.getClientExtensionResults() : {},
    })
  }

  const askForQuestion = async (form) => {
    const body = new URLSearchParams(new FormData(form))
    for (const name of ['answer', 'password']) body.delete(name)
    let response
    try {
      response = await fetch(form.dataset.question, {
        method: 'POST', body, credentials: 'same-origin', redirect: 'error', headers: { Accept: 'application/json' },
      })
    } catch {
      throw new Said(noAnswer)
    }
    const content = await response.json().catch(() => ({}))
    if (content.location) location.assign(content.location) // something comes first, such as signing in
    const faults = Object.values(content.fields || {}).join(' ')
    if (!response.ok) throw new Said(faults || content.detail || passkeySays.failed)
    return content.publicKey || content
  }

  const askAuthenticator = async (use, options) => {
    try {
      const publicKey = passkeyOptions(options)
      return await (use ? navigator.credentials.get({ publicKey }) : navigator.credentials.create({ publicKey }))
    } catch (e) {
      const says = { NotAllowedError: passkeySays.cancelled[use ? 'use' : 'add'], AbortError: passkeySays.cancelled[use ? 'use' : 'add'], InvalidStateError: passkeySays.there, SecurityError: passkeySays.address }
      throw new Said(says[e.name] || passkeySays.failed)
    }
  }

  const usePasskey = async (form, button) => {
    const slot = form.querySelector('[data-passkey-says]')
    const use = form.dataset.passkey === 'use'
    slot.textContent = ''
    button.setAttribute('aria-disabled', 'true') // really disabled, it would lose the focus
    form.dataset.asking = ''
    offered?.abort() // a browser asks one question at a time
    if (form.elements.listed) form.elements.listed.value = ''
    try {
      const trouble = passkeyTrouble()
      if (trouble) throw new Said(trouble)
      const credential = await askAuthenticator(use, await askForQuestion(form))
      if (!credential) throw new Said(passkeySays.failed)
      form.elements.answer.value = passkeyAnswer(credential)
      form.requestSubmit(button)
    } catch (e) {
      slot.textContent = e instanceof Said ? e.message : passkeySays.failed
      button.removeAttribute('aria-disabled')
    } finally {
      delete form.dataset.asking
    }
  }

  document.addEventListener('submit', (e) => {
    const form = e.target
    if (!form.matches('[data-passkey]')) return
    // A form that offers another way, too, has a button of its own for this one.
    const own = form.querySelector('[name=way][value=passkey]')
    if (own && e.submitter !== own) return
    if (form.elements.answer.value) return // on its way
    e.preventDefault()
    if (!('asking' in form.dataset)) usePasskey(form, e.submitter || form.querySelector('[type=submit]'))
  })

  // Where there are no passkeys, no button offers them. Where nothing else is
  // offered, the reason stands in its place.
  for (const form of document.querySelectorAll('[data-passkey]')) {
    const trouble = passkeyTrouble()
    if (!trouble) break
    const own = form.querySelector('[name=way][value=passkey]') || form.querySelector('[type=submit]')
    own.hidden = true
    if (!document.querySelector('.ways form:not([data-passkey]), .ways .with') && !form.querySelector('[type=submit]:not([hidden])')) {
      form.querySelector('[data-passkey-says]').textContent = trouble
    }
  }

  // In the list that a browser offers under the e-mail address, passkeys stand
  // beside passwords. The question is good for some minutes only, so that an older
  // one is asked anew when somebody comes back to the field.

  const offerInList = async (form) => {
    if (passkeyTrouble() || !(await PublicKeyCredential.isConditionalMediationAvailable?.())) return
    offered?.abort()
    const mine = offered = new AbortController()
    offeredAt = Date.now()
    form.elements.listed.value = 'yes'
    try {
      const publicKey = passkeyOptions(await askForQuestion(form))
      const credential = await navigator.credentials.get({ publicKey, mediation: 'conditional', signal: mine.signal })
      if (!credential || mine !== offered) return
      form.elements.listed.value = 'yes'
      form.elements.answer.value = passkeyAnswer(credential)
      form.requestSubmit()
    } catch {
      // Nobody asked for it: the button says what is wrong.
    }
  }

  const offering = document.querySelector('form[data-passkey-list]')
  if (offering && location.pathname.startsWith('/login')) { // and not where a sample of the page is shown
    offerInList(offering)
    document.addEventListener('focusin', (e) => {
      if (e.target.matches('[autocomplete~=webauthn]') && Date.now() - offeredAt > 4 * 60 * 1000) offerInList(offering)
    })
  }

  // Back from the next page, an old answer must not be sent again.
  window.addEventListener('pageshow', () => {
    for (const form of document.querySelectorAll('[data-passkey]')) {
      form.elements.answer.value = ''
      for (const button of form.querySelectorAll('[aria-disabled]')) button.removeAttribute('aria-disabled')
    }
  })

  // On narrow screens the navigation lies over the page. It goes when somebody
  // goes to a part of that page.

  document.addEventListener('click', (e) => {
    const nav = e.target.closest('#account-nav')
    if (nav && nav.hidePopover && e.target.closest('a[href^="#"]')) nav.hidePopover()
  })

  // Filters: the address holds what is set, and nothing that is empty.

  document.addEventListener('htmx:configRequest', (e) => {
    if (!e.detail.elt.closest('[data-tidy]')) return
    for (const [name, value] of [...e.detail.formData.entries()]) {
      if (value === '') e.detail.formData.delete(name)
    }
  })

  // Whole pages of a list are chosen with one press, and the buttons say how many
  // are chosen.

  const sayHowMany = () => {
    const form = byId('selection')
    const all = form && form.querySelector('[data-all]')
    if (!all) return
    const count = form.querySelectorAll('[name=credential]:checked').length
    const number = all.checked ? all.dataset.all : count ? String(count) : ''
    for (const button of form.querySelectorAll('[data-chosen]')) {
      button.dataset.plain = button.dataset.plain || button.textContent
      button.textContent = number ? button.dataset.chosen.replace('#', number) : button.dataset.plain
    }
  }

  sayHowMany()
  document.addEventListener('htmx:afterSettle', sayHowMany)
  window.addEventListener('pageshow', sayHowMany) // boxes stay ticked on the way back

  document.addEventListener('change', (e) => {
    const form = e.target.closest('#selection')
    if (!form) return
    const boxes = [...form.querySelectorAll('[name=credential]')]
    const whole = form.querySelector('[data-ticks]')
    if (e.target === whole) {
      for (const box of boxes) box.checked = whole.checked
    }
    const count = boxes.filter((box) => box.checked).length
    whole.checked = count === boxes.length
    whole.indeterminate = count > 0 && count < boxes.length
    if (e.target === whole || e.target.name === 'credential') say(count + ' selected')
    sayHowMany()
  })

  // The live tail asks only while somebody follows it.

  document.addEventListener('htmx:beforeRequest', (e) => {
    const follow = document.querySelector('[data-follow]')
    if (follow && e.detail.elt.id === follow.dataset.follow && follow.getAttribute('aria-pressed') !== 'true') e.preventDefault()
  })

  document.addEventListener('click', (e) => {
    const follow = e.target.closest('[data-follow]')
    if (!follow) return
    const pressed = follow.getAttribute('aria-pressed') !== 'true'
    follow.setAttribute('aria-pressed', String(pressed))
    say(pressed ? 'New entries appear at the top.' : 'Paused.')
  })

  // The queue of a review: its keys stand on its buttons. A decision that needs
  // a reason is chosen first and sent with Enter, so that no key alone does harm.

  const queue = document.querySelector('[data-queue]')

  const choose = (button) => {
    for (const other of queue.querySelectorAll('[data-chosen-one]')) other.removeAttribute('data-chosen-one')
    if (button) button.setAttribute('data-chosen-one', '')
    byId('chosen').textContent = button ? button.dataset.says : ''
    if (button) {
      const reason = byId('reason')
      reason.focus()
      reason.setSelectionRange(reason.value.length, reason.value.length)
    } else {
      document.querySelector('main h1').focus()
    }
  }

  const decide = (e) => {
    if (e.defaultPrevented || e.repeat || e.isComposing || e.altKey || (e.metaKey && e.key !== 'Enter')) return
    const reason = byId('reason')
    const chosen = queue.querySelector('[data-chosen-one]')
    if (e.target === reason) {
      if (e.key === 'Escape') {
        e.preventDefault()
        choose(null)
      } else if (e.key === 'Enter' && !e.shiftKey && chosen) {
        e.preventDefault()
        queue.requestSubmit(chosen)
      }
      return
    }
    if (e.ctrlKey || e.shiftKey || dialog.open || e.target.matches('input, select, textarea') || e.target.closest('.menu[open]')) return
    if (e.key === 'Escape' && chosen) return choose(null)
    const pressed = queue.querySelector('[data-key="' + CSS.escape(e.key) + '"]')
    if (!pressed) return
    e.preventDefault()
    if ('reason' in pressed.dataset) choose(pressed)
    else pressed.click()
  }

  if (queue) {
    const asked = queue.querySelector('button[value="' + CSS.escape(queue.dataset.chosen) + '"]')
    if (asked) choose(asked)
    document.addEventListener('keydown', decide)
    queue.addEventListener('submit', (e) => {
      const button = e.submitter
      if ('sent' in queue.dataset || (button && button.getAttribute('aria-disabled') === 'true')) {
        e.preventDefault()
      } else if (button && 'reason' in button.dataset && !byId('reason').value.trim()) {
        e.preventDefault()
        choose(button)
      } else {
        queue.dataset.sent = ''
      }
    })
    window.addEventListener('pageshow', () => { delete queue.dataset.sent })
  }

  // Countdowns, written as the server writes them

  const wait = (n) => {
    if (n < 60) return n + ' s'
    return Math.floor(n / 60) + ' min' + (n % 60 ? ' ' + (n % 60) + ' s' : '')
  }

  setInterval(() => {
    for (const span of document.querySelectorAll('[data-seconds]')) {
      const left = Math.max(0, Number(span.dataset.seconds) - 1)
      span.dataset.seconds = left
      span.textContent = wait(left)
    }
  }, 1000)

  // Back leads to no page of somebody who has signed out: what the browser kept
  // of a page is asked for anew.

  window.addEventListener('pagehide', (e) => {
    if (e.persisted) page.classList.add('left')
  })
  window.addEventListener('pageshow', (e) => {
    if (!e.persisted) return
    page.classList.add('left')
    leaving = true
    location.reload()
  })

  // Everything is in place. Without this class, pages are those without a script,
  // and htmx does nothing (see htmxConfig).

  draftsOfThisPage()
  show() // a page can come with its dialog open
  beginTyping()
  page.classList.add('js')
})()
