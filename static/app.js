// What the browser does for Mooring beside htmx. Every page works without it.
(() => {
  'use strict'

  const page = document.documentElement
  const byId = (id) => document.getElementById(id)
  page.classList.add('js')

  // Said aloud by screen readers. While the dialog is open, nothing outside it
  // is heard, so it has a place of its own.
  const dialog = byId('dialog')
  const place = (name) => (dialog.open && byId('dialog-' + name)) || byId(name === 'alert' ? 'page-alert' : name)
  let said = (document.querySelector('[data-announce]') || { dataset: {} }).dataset.announce || ''
  const say = (text) => {
    const slot = place('announce')
    if (slot) slot.textContent = text
  }

  // The dialog

  let opener = null

  const show = () => {
    if (!dialog.hasChildNodes()) return
    if (!dialog.open) {
      opener = document.activeElement
      said = ''
      dialog.setAttribute('aria-labelledby', 'dialog-title')
      dialog.showModal()
    }
    const first = byId('summary') || byId('dialog-title')
    if (first && dialog.contains(first)) first.focus()
    dialog.scrollTop = 0
  }

  dialog.addEventListener('close', () => {
    if (dialog.open) return // opened again meanwhile
    const saved = dialog.querySelector('[data-saved]')
    dialog.replaceChildren()
    // The list may have been swapped meanwhile; what stands there now has the same id.
    const back = opener && (opener.isConnected ? opener : byId(opener.id))
    if (back) back.focus()
    opener = null
    if (!saved) return
    if (byId('providers')) document.body.dispatchEvent(new CustomEvent('credentials-changed'))
    else location.reload()
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
  document.addEventListener('htmx:oobBeforeSwap', (e) => {
    if (e.detail.target === document.activeElement) e.detail.shouldSwap = false
  })
  document.addEventListener('htmx:afterSettle', (e) => {
    if (e.detail.target === dialog) show()
    settle(dialog.open ? dialog : document.body)
  })

  // No answer

  const noAnswer = 'Mooring did not answer. Check your connection and try again.'

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

  const copied = async (button) => {
    const from = button.dataset.copyFrom
    const done = await copy(from ? byId(from).textContent : button.dataset.copy)
    button.focus()
    button.dataset.done = done ? 'Copied' : 'Select it and copy'
    say(button.dataset.done)
    setTimeout(() => { delete button.dataset.done }, 2000)
  }

  document.addEventListener('click', (e) => {
    for (const menu of document.querySelectorAll('details.menu[open]')) {
      if (!menu.contains(e.target)) menu.open = false
    }
    const button = e.target.closest('[data-copy], [data-copy-from], [data-email], [data-close]')
    if (!button) return
    if (button.hasAttribute('data-close')) {
      e.preventDefault()
      dialog.close()
    } else if (button.dataset.email) {
      byId('email').value = button.dataset.email
      byId('password').value = button.dataset.password
      byId('password').form.querySelector('[type=submit]').focus()
    } else {
      copied(button)
    }
  })

  document.addEventListener('keydown', (e) => {
    const menu = e.key === 'Escape' && document.querySelector('details.menu[open]')
    if (!menu) return
    menu.open = false
    menu.querySelector('summary').focus()
  })

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
})()
